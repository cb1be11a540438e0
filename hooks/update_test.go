package hooks_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/hooks"
	"github.com/grader/grader/hooks/protocol"
	"github.com/grader/grader/schema"
)

func TestUpdatesAreParsedStrictly(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"", "\n", command + "\n", strings.TrimSuffix(command, "\n"), "x" + command, strings.ToUpper(command),
		strings.Replace(command, "refs/", "", 1), strings.Replace(command, " ", "  ", 1), strings.Replace(command, "main", "ma\x1bin", 1),
		strings.Repeat(command, 17),
	} {
		if u, err := hooks.ParseUpdates([]byte(bad)); schema.CodeOf(err) != schema.CodeInvalid {
			t.Errorf("%q: %v, %v", bad, u, err)
		}
	}
	got, err := hooks.ParseUpdates([]byte(command + command))
	one := hooks.Update{Old: zero, New: commit, Ref: "refs/heads/main"}
	if diff := cmp.Diff([]hooks.Update{one, one}, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func FuzzParseUpdates(f *testing.F) {
	f.Add([]byte(command))
	f.Fuzz(func(t *testing.T, commands []byte) {
		updates, err := hooks.ParseUpdates(commands)
		if err != nil {
			return
		}
		var b strings.Builder
		for _, u := range updates {
			b.WriteString(u.Old + " " + u.New + " " + u.Ref + "\n")
		}
		if b.String() != string(commands) {
			t.Errorf("%q became %q", commands, b.String())
		}
	})
}

func FuzzDecodeRequest(f *testing.F) {
	for _, r := range []protocol.Request{{Phase: protocol.PreReceive, Token: "t", Quarantine: "q", Commands: []byte(command)}, {Phase: protocol.PostReceive}} {
		message, err := r.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(message[protocol.HeaderSize:])
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		r, err := protocol.DecodeRequest(message)
		if err != nil || len(message) > protocol.MaxFrame {
			return
		}
		again, err := r.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(message, again[protocol.HeaderSize:]); diff != "" {
			t.Error(diff)
		}
	})
}
