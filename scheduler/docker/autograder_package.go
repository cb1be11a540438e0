package docker

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// Names in Gradescope's layout, from the root of a container.
const (
	autograderDir = "autograder/"
	sourceDir     = autograderDir + "source/"
	runName       = "run_autograder"
	setupName     = "setup.sh"
)

// maxScript bounds a script whose line ends are repaired, in bytes.
const maxScript = 8 << 20

// pack is an autograder's files as a tar file for a container.
type pack struct {
	file   *os.File // without a name; its owner closes it
	digest []byte   // SHA-256 of names, modes and contents
}

// readPack copies the files below dir out of a tar file of the tests repository, as Gradescope lays them out. Scripts
// get Unix line ends, and are executable. CodeInvalid: run_autograder or setup.sh is missing.
func readPack(tests io.Reader, temp, dir string, without []string) (*pack, error) {
	f, err := os.CreateTemp(temp, "package-")
	if err != nil {
		return nil, fmt.Errorf("autograder's package: %w", err)
	}
	w := &packWriter{tar: tar.NewWriter(f), hash: sha256.New(), missing: []string{runName, setupName}}
	err = errors.Join(os.Remove(f.Name()), w.copyAll(tests, dir, without), w.tar.Close())
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &pack{file: f, digest: w.hash.Sum(nil)}, nil
}

// packWriter writes a pack.
type packWriter struct {
	tar     *tar.Writer
	hash    hash.Hash
	missing []string // scripts that were not found yet
}

func (w *packWriter) copyAll(tests io.Reader, dir string, without []string) error {
	from := tar.NewReader(tests)
	for {
		h, err := from.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read tests: %w", err)
		}
		name, below := strings.CutPrefix(h.Name, dir)
		if !below || name == "" || slices.Contains(without, h.Name) {
			continue
		}
		if err := w.copy(name, h, from); err != nil {
			return fmt.Errorf("autograder's package: %w", err)
		}
	}
	if len(w.missing) > 0 {
		return schema.Errorf(schema.CodeInvalid, "%s has no %s", dir, w.missing[0])
	}
	return nil
}

// copy writes one entry, with a mode that does not depend on where it comes from.
func (w *packWriter) copy(name string, h *tar.Header, content io.Reader) error {
	is := tar.Header{Typeflag: h.Typeflag, Name: sourceDir + name, Size: h.Size, Mode: 0o644 | h.Mode&0o100, ModTime: h.ModTime, Format: tar.FormatPAX}
	if is.Mode&0o100 != 0 {
		is.Mode = 0o755
	}
	switch {
	case h.Typeflag == tar.TypeDir:
		is.Mode = 0o755
	case h.Typeflag != tar.TypeReg: // tests repositories have no links
		return nil
	case name == runName || name == setupName || path.Ext(name) == ".sh":
		return w.script(name, is, content)
	}
	return w.write(is, content)
}

// script writes a script, and run_autograder a second time beside source/.
func (w *packWriter) script(name string, h tar.Header, content io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(content, maxScript+1))
	if err != nil {
		return err
	}
	if len(text) > maxScript {
		return schema.Errorf(schema.CodeInvalid, "%s is larger than 8 MiB", name)
	}
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	h.Size, h.Mode = int64(len(text)), 0o755
	w.missing = slices.DeleteFunc(w.missing, func(m string) bool { return m == name })
	if err := w.write(h, bytes.NewReader(text)); err != nil || name != runName {
		return err
	}
	h.Name = autograderDir + name
	return w.write(h, bytes.NewReader(text))
}

func (w *packWriter) write(h tar.Header, content io.Reader) error {
	fmt.Fprintf(w.hash, "%d:%s %c %o %d\n", len(h.Name), h.Name, h.Typeflag, h.Mode, h.Size)
	if err := w.tar.WriteHeader(&h); err != nil {
		return err
	}
	_, err := io.Copy(io.MultiWriter(w.tar, w.hash), content)
	return err
}

// to writes the package to a container.
func (p *pack) to(w io.Writer) error {
	_, err := io.Copy(w, io.NewSectionReader(p.file, 0, 1<<62))
	return err
}

// Close implements io.Closer.
func (p *pack) Close() error { return p.file.Close() }
