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
