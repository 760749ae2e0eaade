/**
 * The far end of duplicity as files, for what duplicity has no command. It takes duplicity's own options and URL as
 * arguments, so that every backend is reached just as duplicity reaches it, and operations as lines of JSON; each is
 * answered by a line of JSON. Runs in the Python that duplicity itself runs in.
 */
export const FAR_SCRIPT = `
import base64, json, os, sys, tempfile
os.environ["LC_ALL"] = "POSIX"
out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
from duplicity import config, dup_time, log, path, tempdir

def connect():
    log.setup()
    log.setverbosity(log.WARNING)
    dup_time.setcurtime()
    try:
        from duplicity import commandline
        commandline.ProcessCommandLine(sys.argv[1:])
    except ImportError:
        from duplicity import cli_main
        cli_main.process_command_line(sys.argv[1:])
    return config.backend

def do(far, work):
    if work["do"] == "list":
        return sorted(os.fsdecode(name) for name in far.list())
    if work["do"] == "delete":
        there = set(far.list())
        for name in map(os.fsencode, work["names"]):
            if name in there:
                far.delete([name])
        return None
    with tempfile.NamedTemporaryFile(dir=os.environ.get("TMPDIR")) as near:
        if work["do"] == "get":
            far.get(os.fsencode(work["name"]), path.Path(os.fsencode(near.name)))
            with open(near.name, "rb") as file:
                return base64.b64encode(file.read()).decode()
        near.write(work["content"].encode())
        near.flush()
        far.put(path.Path(os.fsencode(near.name)), os.fsencode(work["name"]))

try:
    far = connect()
    for line in sys.stdin:
        json.dump(do(far, json.loads(line)), out)
        out.write("\\n")
        out.flush()
    far.close()
finally:
    tempdir.default().cleanup()
`
