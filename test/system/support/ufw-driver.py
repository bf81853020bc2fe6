"""Runs inside a Debian root: gives lists of ufw commands to the real ufw and prints the files it leaves.

stdin: JSON, a list of {"settings": [TEXT, ...], "commands": [TEXT, ...], "files": {NAME: TEXT}}: commands that have to succeed, files that
then replace those of the package, and the commands to judge.
stdout: JSON, {"judged": [{"files": {NAME: TEXT}, "refused": [[INDEX, MESSAGE], ...]}, ...], "restore": TEXT}, where `restore` is
what iptables-restore and ip6tables-restore have against the files. Nothing outside of /run is written.

Each command gets a new frontend that reads the rules anew, as each call of the program would. What cannot change between
commands is kept: what the kernel and iptables can do, the application profiles, and whose the files are.
"""
import functools, gettext, io, json, os, re, shlex, shutil, subprocess, sys

gettext.install("ufw")
import ufw.applications, ufw.backend, ufw.frontend, ufw.util

FILES = {
    "user.rules": "etc/ufw/user.rules",
    "user6.rules": "etc/ufw/user6.rules",
    "ufw.conf": "etc/ufw/ufw.conf",
    "defaults": "etc/default/ufw",
}
ufw.util.get_netfilter_capabilities = functools.lru_cache(None)(ufw.util.get_netfilter_capabilities)
ufw.util.get_iptables_version = functools.lru_cache(None)(ufw.util.get_iptables_version)
PROFILES = ufw.applications.get_profiles("/etc/ufw/applications.d")
ufw.applications.get_profiles = lambda _: PROFILES
ufw.backend.UFWBackend._do_checks = lambda self: None


def run(command, place):
    """None when ufw did it, else what it printed."""
    said, sys.stderr = sys.stderr, io.TextIOWrapper(io.BytesIO())
    sys.argv = ["/usr/sbin/ufw"]
    try:
        response = ufw.frontend.parse_command(["ufw"] + shlex.split(command))
        ui = ufw.frontend.UFWFrontend(response.dryrun, datadir=place)
        data = response.data
        ui.do_action(response.action, data.get("rule", ""), data.get("iptype", ""), response.force)
        return None
    except SystemExit:
        sys.stderr.seek(0)
        return sys.stderr.read()
    except Exception as problem:
        return repr(problem)
    finally:
        sys.stderr = said


def restore(results):
    """All files of a family in one go: iptables-restore takes one `*filter` … `COMMIT` after another."""
    complaints = ""
    for program, name in (("iptables-restore", "user.rules"), ("ip6tables-restore", "user6.rules")):
        rules = "".join(result["files"][name] for result in results)
        done = subprocess.run([program, "-n", "--test"], input=rules, capture_output=True, text=True)
        if done.returncode != 0:
            line = re.search(r"line:? (\d+)", done.stderr)
            complaints += f"{name}: {done.stderr}{rules.splitlines()[int(line[1]) - 1] if line else ''}"
    return complaints


@functools.lru_cache(None)
def prepared(settings):
    place = f"/run/ufw-settings-{hash(settings)}"
    os.makedirs(f"{place}/lib/ufw")
    shutil.copytree("/etc/ufw", f"{place}/etc/ufw")
    os.makedirs(f"{place}/etc/default")
    shutil.copy("/etc/default/ufw", f"{place}/etc/default/ufw")
    for command in settings:
        problem = run(command, place)
        if problem is not None:
            sys.exit(f"{command}: {problem}")
    return place


def judge(job):
    place = "/run/ufw-judged"
    shutil.copytree(prepared(tuple(job["settings"])), place)
    for name, text in job.get("files", {}).items():
        with open(os.path.join(place, FILES[name]), "w") as file:
            file.write(text)
    said = [(index, run(command, place)) for index, command in enumerate(job["commands"])]
    files = {}
    for name, path in FILES.items():
        with open(os.path.join(place, path)) as file:
            files[name] = file.read()
    result = {"files": files, "refused": [pair for pair in said if pair[1] is not None]}
    shutil.rmtree(place)
    return result


results = [judge(job) for job in json.load(sys.stdin)]
json.dump({"judged": results, "restore": restore(results)}, sys.stdout)
