def stop(command):
    return command


print "stopped"
