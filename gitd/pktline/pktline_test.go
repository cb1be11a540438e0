package pktline_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/gitd/pktline"
)

const (
	one = "1111111111111111111111111111111111111111"
	two = "2222222222222222222222222222222222222222"
)

func TestReadRefusesMalformedPktLine(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"no hexadecimal length":      "zzzzabc",
		"a delimiter packet":         "0001",
		"a response-end packet":      "0002",
		"a length that cannot be":    "0003",
		"a payload over the maximum": "fff1" + strings.Repeat("a", 65535),
	} {
		if _, _, err := pktline.Read(strings.NewReader(in), nil); !errors.Is(err, pktline.ErrMalformed) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	for name, in := range map[string]string{"half a length": "00", "half a payload": "0009ab", "no payload": "0009"} {
		if _, _, err := pktline.Read(strings.NewReader(in), nil); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

func TestReadConsumesOnlyItsPacket(t *testing.T) {
	t.Parallel()
	in := strings.NewReader("0007abcPACK")
	payload, flush, err := pktline.Read(in, nil)
	if err != nil || flush || string(payload) != "abc" {
		t.Fatalf("Read = %q, %v, %v", payload, flush, err)
	}
	if rest, _ := io.ReadAll(in); string(rest) != "PACK" {
		t.Errorf("the stream goes on with %q", rest)
	}
}

func caps() pktline.Caps { return pktline.Caps{Bytes: 4096, Options: 2, OptionBytes: 8} }

func TestReadListWithPushOptions(t *testing.T) {
	t.Parallel()
	raw := pktline.Append(nil, one+" "+two+" refs/heads/main\x00 report-status side-band-64k push-options agent=git/2.39.5\n")
	raw = append(raw, pktline.Flush...)
	raw = append(pktline.Append(raw, "nowait\n"), pktline.Flush...)
	in := bytes.NewReader(append(bytes.Clone(raw), "PACK"...))
	got, err := pktline.ReadList(in, caps())
	if err != nil {
		t.Fatal(err)
	}
	want := pktline.List{
		Commands:     []pktline.Command{{Old: one, New: two, Ref: "refs/heads/main"}},
		Capabilities: []string{"report-status", "side-band-64k", "push-options", "agent=git/2.39.5"},
		Options:      []string{"nowait"},
		Raw:          raw,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if rest, _ := io.ReadAll(in); string(rest) != "PACK" {
		t.Errorf("the stream goes on with %q", rest)
	}
}

func TestReadListOfAShallowClone(t *testing.T) {
	t.Parallel()
	raw := pktline.Append(nil, "shallow "+one+"\n")
	raw = append(pktline.Append(raw, one+" "+two+" refs/heads/main\x00report-status\n"), pktline.Flush...)
	got, err := pktline.ReadList(bytes.NewReader(raw), caps())
	if err != nil || len(got.Commands) != 1 || !got.Can("report-status") || !bytes.Equal(got.Raw, raw) {
		t.Errorf("ReadList = %+v, %v", got, err)
	}
}

func TestReadListOfNothing(t *testing.T) {
	t.Parallel()
	got, err := pktline.ReadList(strings.NewReader("0000"), caps())
	if err != nil || len(got.Commands) != 0 || got.SendsPack() {
		t.Errorf("ReadList = %+v, %v", got, err)
	}
}

func TestReadListRefuses(t *testing.T) {
	t.Parallel()
	command := one + " " + two + " refs/heads/main\x00push-options"
	list := string(append(pktline.Append(nil, command), pktline.Flush...))
	option := func(s string) string { return string(pktline.Append(nil, s)) }
	tests := map[string]struct {
		in   string
		want error
	}{
		"a ref with a newline":   {string(pktline.Append(nil, one+" "+two+" refs/heads/a\nb")), pktline.ErrMalformed},
		"a short object name":    {string(pktline.Append(nil, "11 "+two+" refs/heads/main")), pktline.ErrMalformed},
		"a push certificate":     {string(pktline.Append(nil, "push-cert\x00caps\n")), pktline.ErrMalformed},
		"a list without an end":  {string(pktline.Append(nil, command)), io.EOF},
		"a list over the cap":    {strings.Repeat(string(pktline.Append(nil, command)), 90), pktline.ErrTooLong},
		"too many options":       {list + option("a") + option("b") + option("c"), pktline.ErrTooLong},
		"an option over its cap": {list + option("123456789"), pktline.ErrTooLong},
	}
	for name, test := range tests {
		if _, err := pktline.ReadList(strings.NewReader(test.in), caps()); !errors.Is(err, test.want) {
			t.Errorf("%s: error is %v, not %v", name, err, test.want)
		}
	}
}

func TestSidebandSplitsLongData(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	side := pktline.NewSideband(&out)
	long := bytes.Repeat([]byte("x"), pktline.MaxPayload+10)
	if err := errors.Join(side.Write(pktline.BandProgress, long), side.Keepalive(), side.Close()); err != nil {
		t.Fatal(err)
	}
	var got []byte
	for {
		payload, flush, err := pktline.Read(&out, nil)
		if err != nil {
			t.Fatal(err)
		}
		if flush {
			break
		}
		if len(payload) == 1 && payload[0] == pktline.BandData {
			continue
		}
		if payload[0] != pktline.BandProgress {
			t.Fatalf("band %d", payload[0])
		}
		got = append(got, payload[1:]...)
	}
	if !bytes.Equal(got, long) {
		t.Errorf("%d bytes arrived, not %d", len(got), len(long))
	}
}

func TestFatalIsOnePacket(t *testing.T) {
	t.Parallel()
	if got, want := string(pktline.Fatal("no such course")), "0017ERR no such course\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzReadList(f *testing.F) {
	f.Add([]byte("0000"))
	f.Add(append(pktline.Append(nil, one+" "+two+" refs/heads/main\x00push-options side-band-64k\n"), "00000009late\x000000PACK"...))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := bytes.NewReader(in)
		l, err := pktline.ReadList(r, pktline.Caps{Bytes: 1024, Options: 3, OptionBytes: 16})
		if err != nil {
			return
		}
		used := len(in) - r.Len()
		if len(l.Raw) != used || !bytes.EqualFold(l.Raw, in[:used]) {
			t.Fatalf("kept %q of %q", l.Raw, in[:used])
		}
		again, err := pktline.ReadList(bytes.NewReader(l.Raw), pktline.Caps{Bytes: 1024, Options: 3, OptionBytes: 16})
		if err != nil || !cmp.Equal(l, again) {
			t.Fatalf("read again: %v\n%s", err, cmp.Diff(l, again))
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("0000"))
	f.Add([]byte("0007abcrest"))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := bytes.NewReader(in)
		payload, flush, err := pktline.Read(r, nil)
		if err != nil {
			return
		}
		used := len(in) - r.Len()
		if want := len(payload) + 4; used != want || flush && used != 4 {
			t.Fatalf("used %d bytes for a payload of %d", used, len(payload))
		}
	})
}

func TestEndedNeedsWholeLinesAndFlush(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"0000": true, "000eunpack ok\n0000": true,
		"": false, "000": false, "000eunpack ok\n": false, "000eunpack ok\n000": false, "000eunpack": false,
		"00000000": false, "0003": false, "0005\x010000": true, "zzzz": false, "0008000": false,
	} {
		if got := pktline.Ended([]byte(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
