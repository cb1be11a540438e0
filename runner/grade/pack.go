package grade

import (
	"archive/tar"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Pack writes the regular files beneath dir as a tar that Unpack reads: sorted by name, without
// times or owners, with the execute bit. It omits everything else.
func Pack(w io.Writer, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("pack: %w", err)
	}
	defer func() { _ = root.Close() }()
	t := tar.NewWriter(w)
	err = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		return packFile(t, root, name)
	})
	if err != nil {
		return fmt.Errorf("pack: %w", err)
	}
	if err := t.Close(); err != nil {
		return fmt.Errorf("pack: %w", err)
	}
	return nil
}

// packFile writes one file.
func packFile(t *tar.Writer, root *os.Root, name string) error {
	f, err := root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: info.Size(), Mode: int64(packMode(info.Mode())), Format: tar.FormatPAX}
	if err := t.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.CopyN(t, f, info.Size())
	return err
}

// packMode keeps only the owner's execute bit of a mode, as git does.
func packMode(m fs.FileMode) fs.FileMode {
	if m&0o100 != 0 {
		return 0o755
	}
	return 0o644
}
