package stage

import (
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func sample() *Spec {
	return &Spec{
		Program: "/bin/true", Argv: []string{"true", "", "a\x00b"}, Env: []string{"A=b"}, Dir: "/tmp", UID: -1,
		Limits: []Limit{{Resource: 7, Soft: 1, Hard: ^uint64(0)}}, Own: 6, Filter: []byte{1, 2, 3},
	}
}

func TestSpecRoundTrip(t *testing.T) {
	t.Parallel()
	got, err := Decode(sample().Encode())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample(), got); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeRefusesTruncatedSpecs(t *testing.T) {
	t.Parallel()
	b := sample().Encode()
	for i := range b {
		if _, err := Decode(b[:i]); err == nil {
			t.Errorf("%d of %d bytes were enough", i, len(b))
		}
	}
	if _, err := Decode(append(b, 0)); err == nil {
		t.Error("a byte too many was accepted")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(sample().Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Decode(b)
		if err != nil {
			return
		}
		again, err := Decode(s.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, again); diff != "" {
			t.Error(diff)
		}
	})
}

func TestParseAnswers(t *testing.T) {
	t.Parallel()
	failed := putString(putNumber([]byte{answerFailed}, uint64(syscall.ENOENT)), "execve")
	ended := putNumber(putNumber(putNumber(putNumber([]byte{answerStarted, answerEnded}, 139), 5), 4096), 77)
	if a := Parse(failed); a.Failure == nil || a.Failure.Error() != "execve: no such file or directory" || a.Started {
		t.Errorf("%+v", a)
	}
	if a := Parse(ended); !a.Started || a.Ended == nil || *a.Ended != (Ended{Status: 139, CPU: 5, Memory: 4096, At: 77}) {
		t.Errorf("%+v", a)
	}
	for i := range len(ended) - 1 {
		if a := Parse(ended[:i+1]); a.Ended != nil || !a.Started {
			t.Errorf("%d bytes: %+v", i+1, a)
		}
	}
	if a := Parse([]byte("nonsense")); a != (Answer{}) {
		t.Errorf("%+v", a)
	}
}

func TestAccessGrowsWithTheABI(t *testing.T) {
	t.Parallel()
	for abi := 1; abi < 9; abi++ {
		if lower, higher := Access(abi-1), Access(abi); lower&^higher != 0 || higher == 0 {
			t.Errorf("ABI %d: %x after %x", abi, higher, lower)
		}
	}
}
