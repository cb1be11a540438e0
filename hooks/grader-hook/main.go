// Command grader-hook is the program that git runs as pre-receive and post-receive. It asks the
// server that started the push, prints the answer, and exits. It decides nothing itself.
//
// The server's socket and the push's token are in GRADER_HOOK_SOCKET and GRADER_HOOK_TOKEN. If
// there is no server, pre-receive refuses. post-receive prints nothing, because the server resolves
// an accepted push when it starts again.
package main

import (
	"syscall"

	"github.com/grader/grader/hooks/protocol"
)

// maxCommands bounds the standard input of the hook, in bytes. The one command that a push may have
// is far shorter.
const maxCommands = 16 << 10

const unreachable = "refused: the grading service cannot be reached. Nothing was counted; push again in a minute.\n"

func main() { syscall.Exit(run()) }

func run() int {
	switch base(self()) {
	case "pre-receive":
		return preReceive()
	case "post-receive":
		return postReceive()
	}
	say("grader-hook: git runs this as pre-receive or post-receive\n")
	return 2
}

func preReceive() int {
	reply, err := ask(protocol.PreReceive)
	if err != nil {
		say(unreachable)
		return 1
	}
	say(string(reply.Text))
	if !reply.Accepted {
		return 1
	}
	return 0
}

func postReceive() int {
	if reply, err := ask(protocol.PostReceive); err == nil {
		say(string(reply.Text))
	}
	return 0
}

func ask(phase protocol.Phase) (protocol.Reply, error) {
	commands, err := protocol.ReadUpTo(0, maxCommands)
	if err != nil {
		return protocol.Reply{}, err
	}
	socket, _ := syscall.Getenv("GRADER_HOOK_SOCKET")
	token, _ := syscall.Getenv("GRADER_HOOK_TOKEN")
	quarantine, _ := syscall.Getenv("GIT_QUARANTINE_PATH")
	return protocol.Call(socket, protocol.Request{Phase: phase, Token: token, Quarantine: base(quarantine), Commands: commands})
}

// say writes a message that git shows to the pusher.
func say(text string) { _ = protocol.WriteAll(2, []byte(text)) }

// self returns the name under which git ran the program. It does not use package os, because
// initialising os takes longer than this read.
func self() string {
	fd, err := syscall.Open("/proc/self/cmdline", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	defer syscall.Close(fd) //nolint:errcheck // only read
	b := make([]byte, 4096)
	n, err := syscall.Read(fd, b)
	if err != nil {
		return ""
	}
	for i, c := range b[:n] {
		if c == 0 {
			return string(b[:i])
		}
	}
	return ""
}

func base(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return path[i+1:]
		}
	}
	return path
}
