// Package intake reads files that people send without git: files of a form, a folder, or a zip.
// Pushing them checks whether the assignment accepts them.
package intake

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"path"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// MaxBody is the maximum size of a request with files, in bytes.
const MaxBody = 32 << 20

// Bounds of the files of one request.
const (
	maxUnpacked = 64 << 20 // total bytes
	maxFiles    = 5000
)

// Files holds the files of one request. It has at least one.
type Files struct {
	all    []schema.UploadFile
	single bool // a file was sent on its own, under its final path
}

// Form returns the files of a form's parts "files" and "folder". It unpacks zips. A nil form has no
// files. The error has ErrBusy if there is no room.
func (p *Place) Form(form *multipart.Form) (Files, error) {
	u := unpacking{place: p}
	if form != nil {
		for _, field := range []string{"files", "folder"} {
			for _, header := range form.File[field] {
				if err := u.addPart(header, field == "folder"); err != nil {
					return Files{}, err
				}
			}
		}
	}
	return u.all()
}

// Zip returns the files of a zip. The error has ErrBusy if there is no room.
func (p *Place) Zip(data []byte) (Files, error) {
	u := unpacking{place: p}
	if err := u.addZip(bytes.NewReader(data), int64(len(data)), "the upload"); err != nil {
		return Files{}, err
	}
	return u.all()
}

// Work returns the files to hand in for an assignment with required files, given as patterns. It
// removes a top folder that contains all files. A file that was sent on its own keeps its path.
func (f Files) Work(required []string) ([]schema.UploadFile, error) {
	if f.single {
		return distinct(f.all)
	}
	return distinct(withoutTop(f.all, required))
}

// Tests returns the files to put into a tests repository. It removes a top folder that contains all
// files if that folder is the repository itself.
func (f Files) Tests() ([]schema.UploadFile, error) {
	files, whole := f.all, []string{assignment.Filename}
	if within := withoutTop(files, nil); !f.single && matching(within, whole) > matching(files, whole) {
		files = within
	}
	return distinct(files)
}

// distinct checks the paths of files and returns an error if a path occurs twice.
func distinct(files []schema.UploadFile) ([]schema.UploadFile, error) {
	seen := make(map[string]bool)
	for _, f := range files {
		if err := schema.UploadPath(f.Path); err != nil {
			return nil, err
		}
		if seen[f.Path] {
			return nil, schema.Errorf(schema.CodeInvalid, "there are two files %s; hand in one", f.Path)
		}
		seen[f.Path] = true
	}
	return files, nil
}

// unpacking collects files and counts their bytes.
type unpacking struct {
	place    *Place
	files    []schema.UploadFile
	bytes    int64 // that have been read
	reserved int64 // bytes reserved before they are copied
	single   bool  // a file was sent neither in a folder nor in a zip
}

// all returns the collected files, or an error if there are none.
func (u *unpacking) all() (Files, error) {
	if len(u.files) == 0 {
		return Files{}, schema.Errorf(schema.CodeInvalid, "choose files, a folder or a zip to hand in")
	}
	return Files{all: u.files, single: u.single}, nil
}

// copies is how often a file is held in memory: as it was sent, and in the commit for git.
const copies = 2

// reserve reserves memory for files before they are read.
func (u *unpacking) reserve(bytes int64) error {
	if u.reserved += bytes; u.reserved > maxUnpacked {
		return errTooLarge()
	}
	return u.place.reserve(copies * bytes)
}

// addPart adds a file of the form. It unpacks a zip. It skips files of a folder that the person did
// not choose one by one and that macOS or Windows created.
func (u *unpacking) addPart(header *multipart.FileHeader, folder bool) error {
	name := partPath(header)
	if name == "" {
		return nil // no file was chosen
	}
	if folder && assignment.TraceOf(name) != "" {
		return nil
	}
	f, err := header.Open()
	if err != nil {
		return err
	}
	defer f.Close()
	if strings.EqualFold(path.Ext(name), ".zip") {
		return u.addZip(f, header.Size, name)
	}
	u.single = u.single || !folder
	if err := u.reserve(header.Size); err != nil {
		return err
	}
	return u.add(name, f)
}

// partPath returns the path that the browser sent. For a folder it includes the directories, which
// multipart.FileHeader.Filename omits.
func partPath(header *multipart.FileHeader) string {
	_, params, err := mime.ParseMediaType(header.Header.Get("Content-Disposition"))
	if err != nil {
		return header.Filename
	}
	return strings.TrimPrefix(params["filename"], "/")
}

func errTooLarge() error {
	return schema.Errorf(schema.CodeInvalid, "the files have more than %s; leave out what is built or downloaded", schema.Size(maxUnpacked))
}

// add reads a file and enforces the bounds.
func (u *unpacking) add(name string, from io.Reader) error {
	if len(u.files) >= maxFiles {
		return schema.Errorf(schema.CodeInvalid, "there are more than %d files; hand in fewer", maxFiles)
	}
	data, err := io.ReadAll(io.LimitReader(from, maxUnpacked-u.bytes+1))
	if u.bytes += int64(len(data)); u.bytes > maxUnpacked {
		return errTooLarge()
	}
	if err != nil {
		return schema.Errorf(schema.CodeInvalid, "%.60q cannot be read: it is damaged", name)
	}
	u.files = append(u.files, schema.UploadFile{Path: name, Data: data})
	return nil
}

// addZip adds the files of a zip. It reads no more of a file than the size in the zip's directory;
// a larger file counts as damaged.
func (u *unpacking) addZip(from io.ReaderAt, size int64, name string) error {
	archive, release, err := u.place.openZip(from, size, name)
	if err != nil {
		return err
	}
	defer release()
	if err := u.reserve(unpackedSize(archive)); err != nil {
		return err
	}
	for _, entry := range archive.File {
		switch {
		case skipped(entry):
			continue
		case !entry.Mode().IsRegular():
			return schema.Errorf(schema.CodeInvalid, "%.60q in the zip is not a regular file; leave links out", entry.Name)
		case entry.Flags&1 != 0:
			return schema.Errorf(schema.CodeInvalid, "the zip is encrypted; hand in one without a password")
		}
		f, err := entry.Open()
		if err != nil {
			return schema.Errorf(schema.CodeInvalid, "%.60q in the zip cannot be read: it is damaged", entry.Name)
		}
		err = u.add(entry.Name, f)
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// unpackedSize returns the total size of a zip's files according to its directory, without the
// files that addZip skips. It returns at most maxUnpacked+1.
func unpackedSize(archive *zip.Reader) (bytes int64) {
	for _, entry := range archive.File {
		if skipped(entry) {
			continue
		}
		bytes += int64(min(entry.UncompressedSize64, maxUnpacked+1))
		if bytes > maxUnpacked {
			return maxUnpacked + 1
		}
	}
	return bytes
}

// TooManyParts returns the error for a form with too many parts, or nil if err is another error.
func TooManyParts(err error) error {
	if !errors.Is(err, multipart.ErrMessageTooLarge) {
		return nil
	}
	return schema.Wrapf(schema.CodeInvalid, err, "the form has more than 1000 files; send them as one zip")
}

// skipped reports whether addZip skips an entry of a zip: a folder, or a file that macOS or Windows
// adds to folders and archives.
func skipped(entry *zip.File) bool {
	return entry.Mode().IsDir() || assignment.TraceOf(entry.Name) != ""
}

// withoutTop removes a top folder that contains all files, unless fewer required patterns would
// then match.
func withoutTop(files []schema.UploadFile, required []string) []schema.UploadFile {
	top, _, nested := strings.Cut(files[0].Path, "/")
	for _, f := range files {
		nested = nested && strings.HasPrefix(f.Path, top+"/")
	}
	if !nested {
		return files
	}
	within := slices.Clone(files)
	for i := range within {
		within[i].Path = strings.TrimPrefix(within[i].Path, top+"/")
	}
	if matching(files, required) > matching(within, required) {
		return files
	}
	return within
}

// matching returns the number of patterns that match a file.
func matching(files []schema.UploadFile, patterns []string) int {
	n := 0
	for _, pattern := range patterns {
		if slices.ContainsFunc(files, func(f schema.UploadFile) bool { ok, err := path.Match(pattern, f.Path); return err == nil && ok }) {
			n++
		}
	}
	return n
}
