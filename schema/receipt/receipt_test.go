package receipt_test

import (
	"crypto/ed25519"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/receipt"
)

// keyOf is a key made of a seed, so that texts are the same in every run.
func keyOf(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(slices.Repeat([]byte{seed}, ed25519.SeedSize))
}

func public(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

func example(number int, previous receipt.Hash) receipt.Receipt {
	return receipt.Receipt{
		Code: fmt.Sprintf("7Q2K-M8D%d", number), Submission: schema.SubmissionName{Course: "comp2402", Assignment: "a1", Owner: "alice", Number: number},
		Pusher: "alice", Commit: strings.Repeat("3f", 20), Tree: strings.Repeat("5", 40),
		Received: time.Date(2026, 9, 28, 23, 41, 7, 123456000, time.UTC), State: schema.TimelinessOnTime, Previous: previous,
	}
}

// chain is that many receipts, each after the one before.
func chain(n int, key ed25519.PrivateKey) []receipt.Signed {
	var all []receipt.Signed
	previous := receipt.Hash("")
	for i := range n {
		s := receipt.Sign(example(i+1, previous), key)
		all, previous = append(all, s), s.Hash()
	}
	return all
}

func refused(t *testing.T, err error, code schema.Code, want string) {
	t.Helper()
	if schema.CodeOf(err) != code || !strings.Contains(schema.MessageOf(err), want) {
		t.Errorf("error %v (%s), want %q", err, schema.CodeOf(err), want)
	}
}

func TestReceiptTextIsReadBack(t *testing.T) {
	t.Parallel()
	key := keyOf(1)
	for _, previous := range []receipt.Hash{"", receipt.Hash(strings.Repeat("ab", 32))} {
		for _, lost := range []bool{false, previous != ""} {
			r := example(14, previous)
			r.Lost = lost
			s := receipt.Sign(r, key)
			for name, text := range map[string]string{"plain": s.Text(), "by mail": "\r\n  " + strings.ReplaceAll(s.Text(), "\n", "  \r\n") + "\r\n"} {
				got, err := receipt.Parse(text)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if diff := cmp.Diff(s, got, cmpopts.IgnoreUnexported(receipt.Signed{})); diff != "" {
					t.Errorf("%s (-want +got)\n%s", name, diff)
				}
				if err := got.Verify(public(key)); err != nil || got.Hash() != s.Hash() {
					t.Errorf("%s: %v, hash %s, want %s", name, err, got.Hash(), s.Hash())
				}
			}
		}
	}
}

// TestEveryChangeIsNoticed changes each line of a receipt in turn.
func TestEveryChangeIsNoticed(t *testing.T) {
	t.Parallel()
	key := keyOf(1)
	text := receipt.Sign(example(14, receipt.Hash(strings.Repeat("ab", 32))), key).Text()
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i := 1; i < len(lines); i++ {
		changed := slices.Clone(lines)
		last := len(changed[i]) - 3 // inside of every value, and of base64 before its padding
		digit := byte('0')
		if changed[i][last] == '0' {
			digit = '1'
		}
		changed[i] = changed[i][:last] + string(digit) + changed[i][last+1:]
		s, err := receipt.Parse(strings.Join(changed, "\n"))
		if err == nil {
			err = s.Verify(public(key))
		}
		if err == nil {
			t.Errorf("%q was changed to %q and passes", lines[i], changed[i])
		}
	}
	for name, c := range map[string]struct{ text, want string }{
		"nothing":              {"", "this is no receipt: its first line is not"},
		"another text":         {"Dear student,\n", "this is no receipt: its first line is not"},
		"a line is missing":    {strings.Join(slices.Delete(slices.Clone(lines), 3, 4), "\n"), "this is no whole receipt: it has 10 lines of 11"},
		"two lines swapped":    {strings.Join([]string{lines[0], lines[2], lines[1]}, "\n") + "\n" + strings.Join(lines[3:], "\n"), `line 2 of the receipt must begin with "code: "`},
		"no time":              {strings.Replace(text, "2026-09-28T", "yesterday ", 1), "line 7 of the receipt: received cannot be read"},
		"no hash":              {strings.Replace(text, "abab", "xyzz", 1), "line 9 of the receipt: previous cannot be read"},
		"much longer than one": {text + strings.Repeat("x", 5000), "a receipt at most 4096"},
	} {
		_, err := receipt.Parse(c.text)
		if schema.CodeOf(err) != schema.CodeInvalid || !strings.Contains(schema.MessageOf(err), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	s, err := receipt.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	refused(t, s.Verify(public(keyOf(2))), schema.CodeRefused, "receipt 7Q2K-M8D14 was signed by another key")
}

func TestChain(t *testing.T) {
	t.Parallel()
	key := keyOf(1)
	all := chain(5, key)
	shuffled := []receipt.Signed{all[3], all[0], all[4], all[2], all[1]}
	c, err := receipt.CheckChain(shuffled, public(key))
	if err != nil || !c.Whole || len(c.Order) != 5 || c.Order[0].Code != all[0].Code || c.Order[4].Code != all[4].Code {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err = receipt.CheckChain(shuffled[2:3], public(key)); err != nil || c.Whole {
		t.Errorf("the last alone: %+v, %v", c, err)
	}
	_, err = receipt.CheckChain([]receipt.Signed{all[0], all[1], all[3], all[4]}, public(key))
	refused(t, err, schema.CodeRefused, "receipts before these are missing: 7Q2K-M8D4 (comp2402/a1/alice/4)")
	fork := receipt.Sign(example(9, all[1].Previous), key)
	_, err = receipt.CheckChain(append(slices.Clone(all), fork), public(key))
	refused(t, err, schema.CodeRefused, "receipts 7Q2K-M8D2 and 7Q2K-M8D9 both follow the same one")
	again := receipt.Sign(example(5, all[4].Hash()), key)
	_, err = receipt.CheckChain(append(slices.Clone(all), again), public(key))
	refused(t, err, schema.CodeRefused, "two receipts are of comp2402/a1/alice/5")
	other := example(6, all[4].Hash())
	other.Submission.Course = "comp1"
	_, err = receipt.CheckChain(append(slices.Clone(all), receipt.Sign(other, key)), public(key))
	refused(t, err, schema.CodeRefused, "is of course comp1, and others are of comp2402")
	_, err = receipt.CheckChain(append(slices.Clone(all), receipt.Sign(example(6, all[4].Hash()), keyOf(2))), public(key))
	refused(t, err, schema.CodeRefused, "was signed by another key")
	_, err = receipt.CheckChain(nil, public(key))
	refused(t, err, schema.CodeInvalid, "no receipt")

	// After a restore a new chain names the head of the old one.
	r := example(6, all[4].Hash())
	r.Lost = true
	if c, err = receipt.CheckChain([]receipt.Signed{receipt.Sign(r, keyOf(2))}, public(keyOf(2))); err != nil || !c.Whole {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestKeyIsOpenSSHs compares the fingerprint with that of ssh-keygen.
func TestKeyIsOpenSSHs(t *testing.T) {
	t.Parallel()
	key := public(keyOf(1))
	parsed, err := receipt.ParseKey(receipt.KeyText(key))
	if err != nil || !parsed.Equal(key) {
		t.Errorf("%x, %v", parsed, err)
	}
	for _, bad := range []string{"", "ssh-ed25519", "ssh-rsa AAAA", "ssh-ed25519 AAAA", "ssh-ed25519 !", strings.Replace(receipt.KeyText(key), "AAAAC3", "AAAAD3", 1)} {
		_, err := receipt.ParseKey(bad)
		refused(t, err, schema.CodeInvalid, "this is no receipt key")
	}
	file := filepath.Join(t.TempDir(), "key.pub")
	if err := os.WriteFile(file, []byte(receipt.KeyText(key)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("ssh-keygen", "-l", "-f", file).CombinedOutput()
	if err != nil || !strings.Contains(string(out), " "+receipt.Fingerprint(key)+" ") {
		t.Errorf("%v: %s, want %s", err, out, receipt.Fingerprint(key))
	}
}

func FuzzParse(f *testing.F) {
	f.Add(receipt.Sign(example(1, ""), keyOf(1)).Text())
	f.Add(strings.ReplaceAll(receipt.Sign(example(2, receipt.Hash(strings.Repeat("0f", 32))), keyOf(1)).Text(), "\n", "\r\n"))
	f.Fuzz(func(t *testing.T, text string) {
		s, err := receipt.Parse(text)
		if err != nil {
			return
		}
		again, err := receipt.Parse(s.Text())
		if err != nil || again.Hash() != s.Hash() {
			t.Errorf("%q is read as %q: %v", text, s.Text(), err)
		}
	})
}
