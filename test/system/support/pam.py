"""Asks the libpam of this root. Input: a JSON list of calls; output: for each a JSON list of the codes of the three phases."""

import ctypes
import json
import os
import sys

libpam = ctypes.CDLL("libpam.so.0")
libc = ctypes.CDLL(None)
libc.calloc.restype = ctypes.c_void_p
libc.strdup.restype = ctypes.c_void_p

PAM_TTY, PAM_RHOST, PAM_FAIL_DELAY = 3, 4, 10
# What is called in place of waiting after a failure.
no_delay = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p)(lambda *_: None)


class Message(ctypes.Structure):
    _fields_ = [("style", ctypes.c_int), ("text", ctypes.c_char_p)]


class Response(ctypes.Structure):
    _fields_ = [("text", ctypes.c_void_p), ("code", ctypes.c_int)]


CONVERSE = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.POINTER(Message)), ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p
)


class Conversation(ctypes.Structure):
    _fields_ = [("converse", CONVERSE), ("data", ctypes.c_void_p)]


def ask(call):
    def converse(count, messages, responses, _):
        responses[0] = libc.calloc(count, ctypes.sizeof(Response))
        answers = ctypes.cast(responses[0], ctypes.POINTER(Response))
        for index in range(count):
            if messages[index].contents.style in (1, 2):
                answers[index].text = libc.strdup(call["password"].encode())
        return 0

    conversation = Conversation(CONVERSE(converse), None)
    handle = ctypes.c_void_p()
    start = libpam.pam_start(call["service"].encode(), call["user"].encode(), ctypes.byref(conversation), ctypes.byref(handle))
    if start != 0:
        return [start, start, start]
    libpam.pam_set_item(handle, PAM_FAIL_DELAY, no_delay)
    libpam.pam_set_item(handle, PAM_TTY, call["tty"].encode())
    if call.get("rhost"):
        libpam.pam_set_item(handle, PAM_RHOST, call["rhost"].encode())
    os.setresuid(call["caller"], 0, 0)
    answer = libpam.pam_authenticate(handle, 0x8001)
    # As programs do; what a stack answers all the same is the other tests' to ask.
    if answer != 0 and call.get("stops"):
        return [answer]
    return [
        answer,
        libpam.pam_acct_mgmt(handle, 0x8000),
        libpam.pam_open_session(handle, 0x8000),
    ]


def in_child(call):
    """A session sets limits and ids: each call has a process of its own."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        os.write(write, json.dumps(ask(call)).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else None


for one in json.load(sys.stdin):
    print(json.dumps(in_child(one)), flush=True)
