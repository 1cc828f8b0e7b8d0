def stop(command):
    return command
