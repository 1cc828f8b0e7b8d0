import xml.sax
from xml.sax.handler import feature_external_ges

import lxml.etree
from lxml import etree


def resolved(stream):
    # ruleid: xml-entities-resolved
    parser = etree.XMLParser(resolve_entities=True)
    # ruleid: xml-entities-resolved
    network = lxml.etree.XMLParser(no_network=False, huge_tree=True)
    reader = xml.sax.make_parser()
    # ruleid: xml-entities-resolved
    reader.setFeature(feature_external_ges, True)
    return parser, network, reader


def unresolved(stream):
    # ok: xml-entities-resolved
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    # ok: xml-entities-resolved
    plain = etree.XMLParser(remove_blank_text=True)
    reader = xml.sax.make_parser()
    # ok: xml-entities-resolved
    reader.setFeature(feature_external_ges, False)
    # ok: xml-entities-resolved
    return parser, plain, reader, etree.parse(stream)
