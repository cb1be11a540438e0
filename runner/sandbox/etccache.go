package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// makeEtc creates the wall's /etc. If the wall runs as root, the /etc belongs to the block, and the
// block's next owners reuse it until the machine's /etc changes, because creating it takes longer
// than many steps.
func (w *Wall) makeEtc() error {
	uids := w.slots.uids()
	if w.block != nil {
		var err error
		w.etc, err = w.block.etc(uids)
		return err
	}
	w.ownEtc = filepath.Join(w.dir, "etc-"+randomName())
	w.etc = w.ownEtc
	return writeEtc(w.etc, uids)
}

// etc returns the block's /etc. It writes the stamp last, so that an incomplete /etc is created
// again.
func (b *block) etc(uids []int) (string, error) {
	dir := filepath.Join(lockDir, "etc-"+strconv.Itoa(b.first))
	file := dir + ".stamp"
	stamp, err := etcStamp(uids)
	if err != nil {
		return "", err
	}
	if old, err := os.ReadFile(file); err == nil && string(old) == stamp {
		return dir, nil
	}
	if err := errors.Join(os.RemoveAll(file), os.RemoveAll(dir)); err != nil {
		return "", fmt.Errorf("old /etc of steps: %w", err)
	}
	if err := writeEtc(dir, uids); err != nil {
		return "", err
	}
	return dir, os.WriteFile(file, []byte(stamp), 0o600)
}

// etcStamp returns a stamp that changes when anything that writeEtc copies changes.
func etcStamp(uids []int) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, uids)
	for _, name := range etcFiles() {
		err := filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return ignoreAbsent(err)
			}
			return stampEntry(h, path, d)
		})
		if err != nil {
			return "", fmt.Errorf("look at %s: %w", name, err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func stampEntry(h io.Writer, path string, d fs.DirEntry) error {
	info, err := d.Info()
	if err != nil {
		return ignoreAbsent(err)
	}
	fmt.Fprintln(h, path, info.Mode(), info.Size(), info.ModTime().UnixNano())
	return nil
}

// ignoreAbsent returns nil for errors about files that are absent or not readable by this process.
func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}
