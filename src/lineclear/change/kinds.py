"""Say what a file is to the system, from its path alone. The first rule that matches decides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import translate
from functools import cache

from lineclear.model.words import PathKind

__all__ = ["path_kind"]


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """Lower case: patterns of the file's name, names of folders above it. ``within``: both must match."""

    kind: PathKind
    names: str = ""
    folders: str = ""
    within: bool = False

    def matches(self, name: str, folders: list[str]) -> bool:
        named = _pattern(self.names).fullmatch(name) is not None
        placed = not set(self.folders.split()).isdisjoint(folders)
        return (named and placed) if self.within else (named or placed)


_RULES = (
    # What decides how changes are checked and what agents are told: first, so that no folder hides it.
    _Rule(
        kind=PathKind.CONTROL_PLANE,
        names="lineclear.y*ml noxfile.py codeowners .gitattributes .gitmodules .pre-commit-config.y*ml "
        "agents.md claude.md gemini.md .cursorrules .windsurfrules .clinerules .mcp.json .aider.conf.yml "
        ".gitlab-ci.yml .travis.yml .drone.yml .woodpecker.y*ml azure-pipelines*.y*ml bitbucket-pipelines.yml "
        "appveyor.yml .appveyor.yml cloudbuild.y*ml jenkinsfile jenkinsfile.* dangerfile",
        folders=".github .gitlab .circleci .buildkite .woodpecker .husky .cursor .claude .codex .gemini .lineclear "
        "lineclear-checks",
    ),
    # What is installed. pyproject.toml and its like configure tools as well; what they install matters most.
    _Rule(
        kind=PathKind.DEPENDENCY,
        names="pyproject.toml setup.cfg setup.py *requirements*.txt *requirements*.in constraints*.txt pipfile "
        "pipfile.lock poetry.lock pdm.lock uv.lock pylock*.toml environment.y*ml environment-*.y*ml "
        "conda-lock.y*ml *.whl package.json package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml "
        "pnpm-workspace.yaml bun.lock bun.lockb deno.lock cargo.toml cargo.lock go.mod go.sum go.work "
        "go.work.sum gemfile gemfile.lock *.gemspec composer.json composer.lock pom.xml build.gradle "
        "build.gradle.kts settings.gradle settings.gradle.kts gradle.lockfile libs.versions.toml mix.exs "
        "mix.lock *.csproj packages.lock.json packages.config directory.packages.props pubspec.yaml "
        "pubspec.lock podfile podfile.lock package.swift package.resolved flake.nix flake.lock "
        ".terraform.lock.hcl",
    ),
    _Rule(kind=PathKind.DEPENDENCY, names="*.txt *.in", folders="requirements", within=True),
    _Rule(
        kind=PathKind.TEST,
        names="test_*.py *_test.py conftest.py *_test.go *.test.?s *.test.?sx *.spec.?s *.spec.?sx *.test.[cm]?s "
        "*_spec.rb *_test.rb *test.java *tests.cs *_test.dart *_test.exs",
        folders="tests test __tests__ spec specs e2e",
    ),
    _Rule(
        kind=PathKind.API_DOCUMENT,
        names="openapi*.json openapi*.y*ml *.openapi.json *.openapi.y*ml swagger*.json swagger*.y*ml asyncapi*.json "
        "asyncapi*.y*ml *.proto *.graphql *.graphqls *.gql *.wsdl *.avsc *.thrift *.smithy *.raml",
    ),
    _Rule(
        kind=PathKind.SOURCE,
        names="*.py *.pyi *.pyx *.pxd *.pth *.ipynb *.js *.jsx *.mjs *.cjs *.ts *.tsx *.mts *.cts *.vue *.svelte *.go "
        "*.rs *.java *.kt *.kts *.scala *.groovy *.c *.h *.cc *.cpp *.cxx *.hh *.hpp *.m *.mm *.cs *.fs *.rb *.php "
        "*.swift *.dart *.ex *.exs *.erl *.hs *.ml *.clj *.lua *.pl *.pm *.r *.jl *.sh *.bash *.zsh *.fish *.ps1 "
        "*.bat *.cmd *.sql *.html *.css *.scss *.less *.j2 *.jinja *.jinja2",
    ),
    _Rule(
        kind=PathKind.DOCUMENTATION,
        names="*.md *.mdx *.rst *.adoc *.tex readme readme.* license license.* licence licence.* "
        "copying notice authors changelog changelog.*",
        folders="docs doc",
    ),
    _Rule(kind=PathKind.DATA, names="*", folders="data fixtures testdata samples datasets migrations", within=True),
    _Rule(
        kind=PathKind.CONFIGURATION,
        names="*.toml *.ini *.cfg *.conf *.y*ml *.env *.properties *.tf *.tfvars *.hcl *.nix *.mk *.plist *.service "
        "dockerfile dockerfile.* *.dockerfile containerfile makefile justfile procfile cmakelists.txt "
        "tsconfig*.json *.config.json .*",
    ),
    _Rule(
        kind=PathKind.DATA,
        names="*.json *.jsonl *.ndjson *.csv *.tsv *.txt *.xml *.xsd *.parquet *.arrow *.avro *.xlsx *.db *.sqlite "
        "*.sqlite3 *.npy *.npz *.pkl *.pickle *.bin *.dat *.gz *.zip",
    ),
)


@cache
def _pattern(names: str) -> re.Pattern[str]:
    return re.compile("|".join(translate(name) for name in names.split()) or r"(?!)")


def path_kind(path: str) -> PathKind:
    """Return the kind of a path with forward slashes, relative to the tree. Letter case does not matter."""
    *folders, name = path.lower().split("/")
    for rule in _RULES:
        if rule.matches(name, folders):
            return rule.kind
    return PathKind.OTHER
