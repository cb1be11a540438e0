package pktline_test

import (
	"testing"

	"github.com/grader/grader/gitd/pktline"
)

func TestRenameChangesOneRef(t *testing.T) {
	t.Parallel()
	report := pktline.Append(nil, "unpack ok\n")
	report = pktline.Append(report, "ng refs/tries/7 hook declined\n")
	report = pktline.Append(report, "ok refs/tags/refs/tries/7\n")
	report = append(report, pktline.Flush...)
	want := pktline.Append(nil, "unpack ok\n")
	want = pktline.Append(want, "ng refs/heads/try hook declined\n")
	want = pktline.Append(want, "ok refs/tags/refs/tries/7\n")
	want = append(want, pktline.Flush...)
	if got := pktline.Rename(report, "refs/tries/7", "refs/heads/try"); string(got) != string(want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, broken := range []string{"", "00", "zzzz", "0009ok", "0001", "0003", "ffff"} {
		if got := pktline.Rename([]byte(broken), "a", "b"); string(got) != broken {
			t.Errorf("%q became %q", broken, got)
		}
	}
}

func TestAcceptsReadsOneRef(t *testing.T) {
	t.Parallel()
	report := func(lines ...string) []byte {
		b := pktline.Append(nil, "unpack ok\n")
		for _, line := range lines {
			b = pktline.Append(b, line+"\n")
		}
		return append(b, pktline.Flush...)
	}
	for text, want := range map[string]bool{
		string(report("ok refs/heads/main")):                                       true,
		string(report("ok refs/tags/a", "ok refs/heads/main", "option old-oid 1")): true,
		string(report("ok refs/heads/main2")):                                      false,
		string(report("ng refs/heads/main ok refs/heads/main")):                    false,
		string(report("ng refs/heads/main hook declined")):                         false,
		string(report()):       false,
		"":                     false,
		"001cok refs/heads/ma": false,
	} {
		if got := pktline.Accepts([]byte(text), "refs/heads/main"); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
