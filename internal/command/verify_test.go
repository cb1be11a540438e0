package command

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/receipt"
)

// verify runs grader verify with the given standard input.
func verify(stdin string, words ...string) (status int, said string) {
	var out, problem bytes.Buffer
	status = run(append([]string{"grader", "verify"}, words...), strings.NewReader(stdin), &out, &problem)
	return status, out.String() + problem.String()
}

func TestVerify(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key, other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32)), ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, 32))
	public, another := receipt.KeyText(key.Public().(ed25519.PublicKey)), receipt.KeyText(other.Public().(ed25519.PublicKey))
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	var texts []string
	previous := receipt.Hash("")
	for n := 1; n <= 3; n++ {
		s := receipt.Sign(receipt.Receipt{Code: "AAAA-BBB" + string(rune('0'+n)), Submission: schema.SubmissionName{Course: "comp1", Assignment: "a1", Owner: "alice", Number: n},
			Pusher: "alice", Commit: strings.Repeat("3", 40), Tree: strings.Repeat("5", 40), Received: time.Date(2026, 9, 28, 23, 41, 7, 0, time.UTC),
			State: schema.TimelinessLate, Previous: previous}, key)
		texts, previous = append(texts, s.Text()), s.Hash()
	}
	keyFile := file("key.pub", public)
	first, third, all := file("1.txt", texts[0]), file("3.txt", texts[2]), file("all.txt", strings.Join(texts, "\n"))
	changed := file("changed.txt", strings.Replace(texts[0], "state: late", "state: on-time", 1))
	for name, tt := range map[string]struct {
		stdin  string
		words  []string
		status int
		want   string
	}{
		"genuine":        {"", []string{first, "--key", keyFile}, 0, "receipt AAAA-BBB1 is genuine: comp1/a1/alice/1, pushed by alice\ncommit " + strings.Repeat("3", 40) + ", received 2026-09-28T23:41:07.000000Z, late\n"},
		"key as text":    {texts[1], []string{"-", "--key", strings.TrimSpace(public)}, 0, "receipt AAAA-BBB2 is genuine"},
		"several":        {"", []string{all, "--key", keyFile}, 0, "receipt AAAA-BBB3 is genuine"},
		"changed":        {"", []string{changed, "--key", keyFile}, 1, "receipt AAAA-BBB1 was changed after it was signed"},
		"another key":    {"", []string{first, "--key", another}, 1, "was signed by another key"},
		"one of two":     {"", []string{first, "--key", another, "--key", keyFile}, 0, "is genuine"},
		"chain":          {"", []string{"--chain", all, "--key", keyFile}, 0, "comp1: 3 receipts, AAAA-BBB1 to AAAA-BBB3, from the first on\n"},
		"end of a chain": {"", []string{"--chain", third, "--key", keyFile}, 0, "comp1: 1 receipts, AAAA-BBB3 to AAAA-BBB3, after the receipt "},
		"gap":            {"", []string{"--chain", first, third, "--key", keyFile}, 1, "receipts are missing before AAAA-BBB3 (comp1/a1/alice/3)"},
		"no key":         {"", []string{first}, 2, "--key is needed"},
		"not a key":      {"", []string{first, "--key", first}, 2, "this is not a receipt key"},
		"no such key":    {"", []string{first, "--key", first + ".not"}, 2, "no such file"},
		"not a receipt":  {"", []string{keyFile, "--key", keyFile}, 2, "key.pub: this is not a receipt: its first line is not"},
		"no such file":   {"", []string{first + ".not", "--key", keyFile}, 2, "no such file"},
		"no file":        {"", []string{"--key", keyFile}, 2, "usage: grader verify FILE..."},
		"empty":          {"", []string{"-", "--key", keyFile}, 2, "this is not a receipt"},
	} {
		if status, said := verify(tt.stdin, tt.words...); status != tt.status || !strings.Contains(said, tt.want) {
			t.Errorf("%s: status %d, said %q; want %d and %q", name, status, said, tt.status, tt.want)
		}
	}
	_, said := verify("", all, "--key", keyFile, "--json")
	var receipts []publicReceipt
	must(t, json.Unmarshal([]byte(said), &receipts))
	if len(receipts) != 3 || receipts[2].Previous != receipts[1].Hash || receipts[0].State != "late" {
		t.Errorf("%s", said)
	}
	_, said = verify("", "--chain", all, "--key", keyFile, "--json")
	var chains []publicChain
	must(t, json.Unmarshal([]byte(said), &chains))
	if len(chains) != 1 || chains[0].Receipts != 3 || !chains[0].Whole || chains[0].Last.Hash != receipts[2].Hash {
		t.Errorf("%s", said)
	}
}
