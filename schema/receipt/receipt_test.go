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

// keyOf returns a key derived from a seed, so that texts are the same in every run.
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

// chain returns that many receipts, each after the one before.
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

// TestVerifyDetectsEveryChange changes each line of a receipt in turn.
func TestVerifyDetectsEveryChange(t *testing.T) {
	t.Parallel()
	key := keyOf(1)
	text := receipt.Sign(example(14, receipt.Hash(strings.Repeat("ab", 32))), key).Text()
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i := 1; i < len(lines); i++ {
		changed := slices.Clone(lines)
		last := len(changed[i]) - 3 // inside every value, and of base64 before its padding
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
		"nothing":              {"", "this is not a receipt: its first line is not"},
		"another text":         {"Dear student,\n", "this is not a receipt: its first line is not"},
		"a line is missing":    {strings.Join(slices.Delete(slices.Clone(lines), 3, 4), "\n"), "the receipt is incomplete: it has 10 lines of 11"},
		"two lines swapped":    {strings.Join([]string{lines[0], lines[2], lines[1]}, "\n") + "\n" + strings.Join(lines[3:], "\n"), `line 2 of the receipt must begin with "code: "`},
		"no time":              {strings.Replace(text, "2026-09-28T", "yesterday ", 1), "line 7 of the receipt: received cannot be read"},
		"no hash":              {strings.Replace(text, "abab", "xyzz", 1), "line 9 of the receipt: previous cannot be read"},
		"much longer than one": {text + strings.Repeat("x", 5000), "a receipt has at most 4096"},
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

func TestCheckChains(t *testing.T) {
	t.Parallel()
	key := keyOf(1)
	all := chain(5, key)
	shuffled := []receipt.Signed{all[3], all[0], all[4], all[2], all[1]}
	c, err := receipt.CheckChains(shuffled, public(key))
	if err != nil || len(c) != 1 || !c[0].Whole || len(c[0].Order) != 5 || c[0].Order[0].Code != all[0].Code || c[0].Last().Code != all[4].Code {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err = receipt.CheckChains(shuffled[2:3], public(key)); err != nil || len(c) != 1 || c[0].Whole {
		t.Errorf("the last alone: %+v, %v", c, err)
	}
	other := example(6, all[4].Hash())
	other.Submission.Course = "comp1"
	for name, tt := range map[string]struct {
		set  []receipt.Signed
		want string
	}{
		"gap":           {[]receipt.Signed{all[0], all[1], all[3], all[4]}, "receipts are missing before 7Q2K-M8D4 (comp2402/a1/alice/4)"},
		"two gaps":      {[]receipt.Signed{all[1], all[4]}, "receipts are missing before 7Q2K-M8D2 (comp2402/a1/alice/2), 7Q2K-M8D5 (comp2402/a1/alice/5)"},
		"fork":          {append(slices.Clone(all), receipt.Sign(example(9, all[1].Previous), key)), "receipts 7Q2K-M8D2 and 7Q2K-M8D9 both follow the same receipt"},
		"twice":         {append(slices.Clone(all), all[2]), "receipt 7Q2K-M8D3 (comp2402/a1/alice/3) was given twice"},
		"same name":     {append(slices.Clone(all), receipt.Sign(example(5, all[4].Hash()), key)), "two receipts are of comp2402/a1/alice/5"},
		"other course":  {append(slices.Clone(all), receipt.Sign(other, key)), "is of course comp1, and others are of comp2402"},
		"other key":     {append(slices.Clone(all), receipt.Sign(example(6, all[4].Hash()), keyOf(2))), "was signed by another key"},
		"second origin": {append(slices.Clone(all), receipt.Sign(example(6, receipt.Hash(strings.Repeat("ab", 32))), key)), "receipts are missing before 7Q2K-M8D6"},
	} {
		_, err := receipt.CheckChains(tt.set, public(key))
		if schema.CodeOf(err) != schema.CodeRefused || !strings.Contains(schema.MessageOf(err), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	_, err = receipt.CheckChains(nil, public(key))
	refused(t, err, schema.CodeInvalid, "no receipts were given")
}

// TestCheckChainsAfterLoss restores a server from a backup with three of five receipts, so that the
// server issues numbers 4 and 5 again. Then the server loses its key.
func TestCheckChainsAfterLoss(t *testing.T) {
	t.Parallel()
	key, renewed := keyOf(1), keyOf(2)
	all := chain(5, key)
	again := example(4, all[2].Hash())
	again.Lost = true
	restored := []receipt.Signed{receipt.Sign(again, key)}
	restored = append(restored, receipt.Sign(example(5, restored[0].Hash()), key))
	lost := example(6, restored[1].Hash())
	lost.Lost = true
	newest := receipt.Sign(lost, renewed)
	set := append(append(slices.Clone(all), restored...), newest)
	c, err := receipt.CheckChains(set, public(key), public(renewed))
	if err != nil || len(c) != 3 || len(c[0].Order) != 5 || len(c[1].Order) != 2 || len(c[2].Order) != 1 {
		t.Fatalf("%+v, %v", c, err)
	}
	for _, chain := range c {
		if !chain.Whole {
			t.Errorf("chain of %d is not whole", len(chain.Order))
		}
	}
	if c, err = receipt.CheckChains(set[2:], public(renewed), public(key)); err != nil || len(c) != 3 || c[0].Whole {
		t.Errorf("without the first two: %+v, %v", c, err)
	}
	if c, err = receipt.CheckChains([]receipt.Signed{newest}, public(renewed)); err != nil || !c[0].Whole {
		t.Errorf("the newest alone: %+v, %v", c, err)
	}
	_, err = receipt.CheckChains(set, public(renewed))
	refused(t, err, schema.CodeRefused, "was signed by another key")
	_, err = receipt.CheckChains(append(slices.Clone(set[:6]), newest), public(key), public(renewed))
	if err != nil {
		t.Errorf("the tail of a chain may be missing: %v", err)
	}
	_, err = receipt.CheckChains([]receipt.Signed{all[1], all[2], all[4], newest}, public(key), public(renewed))
	refused(t, err, schema.CodeRefused, "receipts are missing before 7Q2K-M8D2")
}

func TestSplit(t *testing.T) {
	t.Parallel()
	all := chain(3, keyOf(1))
	file := "From: a mail program\n"
	for _, r := range all {
		file += strings.ReplaceAll(r.Text(), "\n", "\r\n") + "\r\n"
	}
	parts := receipt.Split(strings.TrimPrefix(file, "From: a mail program\n"))
	if len(parts) != 3 {
		t.Fatalf("%d parts: %q", len(parts), parts)
	}
	for i, part := range parts {
		s, err := receipt.Parse(part)
		if err != nil || s.Hash() != all[i].Hash() {
			t.Errorf("part %d: %v", i, err)
		}
	}
	parts = receipt.Split(file)
	_, err := receipt.Parse(parts[0])
	refused(t, err, schema.CodeInvalid, "this is not a receipt: its first line is not")
	if len(parts) != 3 || len(receipt.Split("")) != 1 {
		t.Errorf("%q", parts)
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
		refused(t, err, schema.CodeInvalid, "this is not a receipt key")
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
