package intake_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"maps"
	"mime/multipart"
	"slices"
	"strings"
	"testing"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/intake"
)

// enter admits a request or fails the test.
func enter(t *testing.T, r *intake.Room, user, size int64) *intake.Place {
	t.Helper()
	p, err := r.Enter(user, size)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// busy fails the test unless err refuses a request because of other requests.
func busy(t *testing.T, err error, code schema.Code, words string) {
	t.Helper()
	if !errors.Is(err, intake.ErrBusy) || schema.CodeOf(err) != code || !strings.Contains(schema.MessageOf(err), words) || !strings.Contains(schema.MessageOf(err), "again in 10 seconds") {
		t.Errorf("error %v, want %s: %s", err, code, words)
	}
}

func TestRoomBoundsOnePersonsRequests(t *testing.T) {
	t.Parallel()
	r := intake.NewRoom()
	var places []*intake.Place
	for range 4 {
		places = append(places, enter(t, r, 1, 10))
	}
	_, err := r.Enter(1, 10)
	busy(t, err, schema.CodeLimit, "4 uploads of yours are still being received")
	enter(t, r, 2, 10).Leave()
	places[0].Leave()
	enter(t, r, 1, 10)
}

func TestRoomBoundsBytes(t *testing.T) {
	t.Parallel()
	r := intake.NewRoom()
	first := enter(t, r, 1, 100<<20)
	_, err := r.Enter(1, 100<<20)
	busy(t, err, schema.CodeLimit, "another large upload of yours")
	others := []*intake.Place{enter(t, r, 2, 192<<20), enter(t, r, 3, 192<<20), enter(t, r, 4, 192<<20)}
	_, err = r.Enter(5, 100<<20)
	busy(t, err, schema.CodeUnavailable, "as many large files as it can hold")
	first.Leave()
	enter(t, r, 5, 100<<20).Leave()
	for _, p := range others {
		p.Leave()
	}
	for user := range int64(4) { // all memory was released
		enter(t, r, user, 192<<20)
	}
}

// TestRoomCountsWhatIsUnpacked unpacks small zips with large files, and zips that state wrong
// sizes.
func TestRoomCountsWhatIsUnpacked(t *testing.T) {
	t.Parallel()
	bomb := zipOf(t, strings.Repeat("0", 40<<20), 0)
	r := intake.NewRoom()
	first, second, other := enter(t, r, 1, int64(len(bomb))), enter(t, r, 1, int64(len(bomb))), enter(t, r, 2, int64(len(bomb)))
	if files, err := first.Zip(bomb); err != nil {
		t.Fatal(err)
	} else if all, err := files.Work(nil); err != nil || len(all[0].Data) != 40<<20 {
		t.Errorf("%v", err)
	}
	_, err := other.Zip(bomb)
	if err != nil {
		t.Errorf("of another person: %v", err)
	}
	second.Leave()
	second = enter(t, r, 1, 100<<20)
	_, err = second.Zip(bomb)
	busy(t, err, schema.CodeLimit, "another large upload of yours")
	first.Leave()
	if _, err := second.Zip(bomb); err != nil {
		t.Errorf("after the first had ended: %v", err)
	}
	if _, err := enter(t, r, 3, 10).Zip(zipOf(t, strings.Repeat("0", 1<<20), 10)); schema.CodeOf(err) != schema.CodeInvalid || !strings.Contains(schema.MessageOf(err), "damaged") {
		t.Errorf("a zip that says it is smaller: %v", err)
	}
	if _, err := enter(t, r, 4, 10).Zip(zipOf(t, "small", 1<<40)); schema.CodeOf(err) != schema.CodeInvalid || !strings.Contains(schema.MessageOf(err), "more than 64 MiB") {
		t.Errorf("a zip that says it is larger: %v", err)
	}
}

// TestDirectoryOfZip sends zips with many entries that add no file. The memory of their entries is reserved while
// they are read, and bounded.
func TestDirectoryOfZip(t *testing.T) {
	t.Parallel()
	folders := func(n int) []byte {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for range n {
			if _, err := w.CreateRaw(&zip.FileHeader{Name: "d/"}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Create("main.c"); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	const most = (4 << 20) / 48 // entries of 48 bytes in a directory of 4 MiB
	few, many := folders(most-3000), folders(most+1)
	r := intake.NewRoom()
	p := enter(t, r, 1, intake.MaxBody)
	for range 10 { // the memory is released after each
		if _, err := p.Zip(few); err != nil {
			t.Fatal(err)
		}
	}
	_, err := p.Zip(many)
	if schema.CodeOf(err) != schema.CodeInvalid || schema.MessageOf(err) != `"the upload" lists too many files: its directory has more than 4 MiB; hand in fewer` {
		t.Errorf("too many entries: %v", err)
	}
	_, err = p.Form(formOf(t, map[string][]byte{"many.zip": many}))
	if schema.CodeOf(err) != schema.CodeInvalid || !strings.Contains(schema.MessageOf(err), `"many.zip" lists too many files`) {
		t.Errorf("too many entries in a part of a form: %v", err)
	}
	other := enter(t, r, 1, 140<<20)
	_, err = p.Zip(few)
	busy(t, err, schema.CodeLimit, "another large upload of yours")
	other.Leave()
	if _, err := p.Zip(few); err != nil {
		t.Errorf("after the other had ended: %v", err)
	}
	p.Leave()
	enter(t, r, 1, 192<<20) // all memory was released
}

// TestFormWithSeveralLargeParts sends parts that are each within the bounds, with sums within them or
// not.
func TestFormWithSeveralLargeParts(t *testing.T) {
	t.Parallel()
	archive := func(name string, megabytes int) []byte {
		return zipNamed(t, name, strings.Repeat("0", megabytes<<20), 0)
	}
	large, debris := archive("a", 50), archive("__MACOSX/x", 60)
	for name, c := range map[string]struct {
		parts map[string][]byte
		files int // 0: too large
	}{
		"two small archives":         {map[string][]byte{"a.zip": archive("a", 30), "b.zip": archive("b", 30)}, 2},
		"two large archives":         {map[string][]byte{"a.zip": large, "b.zip": large}, 0},
		"an archive and a file":      {map[string][]byte{"a.zip": large, "x": make([]byte, 20<<20)}, 0},
		"archives with system files": {map[string][]byte{"a.zip": debris, "b.zip": debris, "c.zip": large}, 1},
	} {
		r := intake.NewRoom()
		for range 2 { // the second request needs the memory that the first released
			p := enter(t, r, 1, intake.MaxBody)
			files, err := p.Form(formOf(t, c.parts))
			p.Leave()
			if c.files == 0 {
				if schema.CodeOf(err) != schema.CodeInvalid || !strings.Contains(schema.MessageOf(err), "more than 64 MiB") {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
			} else if all, err := files.Work(nil); err != nil || len(all) != c.files {
				t.Errorf("%s: %d files, %v", name, len(all), err)
			}
		}
	}
}

// formOf returns a form with files by name.
func formOf(t *testing.T, parts map[string][]byte) *multipart.Form {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		part, err := w.CreateFormFile("files", name)
		if err == nil {
			_, err = part.Write(parts[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	form, err := multipart.NewReader(&body, w.Boundary()).ReadForm(intake.MaxBody)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = form.RemoveAll() })
	return form
}

// zipOf returns a zip with one file x. says is the file's size in the zip's directory; 0: the real
// size.
func zipOf(t *testing.T, text string, says uint64) []byte { return zipNamed(t, "x", text, says) }

// zipNamed returns a zip with one file. says is the file's size in the zip's directory; 0: the real
// size.
func zipNamed(t *testing.T, name, text string, says uint64) []byte {
	t.Helper()
	var out, packed bytes.Buffer
	w := zip.NewWriter(&packed)
	f, err := w.Create(name)
	if err == nil {
		_, err = f.Write([]byte(text))
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	if says == 0 {
		return packed.Bytes()
	}
	r, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := r.File[0].OpenRaw()
	if err != nil {
		t.Fatal(err)
	}
	header := r.File[0].FileHeader
	header.UncompressedSize64 = says
	w = zip.NewWriter(&out)
	g, err := w.CreateRaw(&header)
	if err == nil {
		_, err = io.Copy(g, raw)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
