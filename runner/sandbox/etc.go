package sandbox

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// etcFiles returns the parts of /etc that programs need and that reveal nothing about this
// machine's users. It omits certificates: steps have no network, and each runner would copy
// hundreds of links. It omits the machine's time zone and locale too, because no verdict may depend
// on them: without them steps have UTC and C.
func etcFiles() []string {
	names := strings.Fields(`alternatives ld.so.cache ld.so.conf ld.so.conf.d nsswitch.conf
		locale.alias os-release debian_version mime.types magic terminfo fonts
		python3 perl ssl/openssl.cnf java maven ant`)
	for i, n := range names {
		names[i] = "/etc/" + n
	}
	for _, pattern := range []string{"/etc/java-*", "/etc/python3.*"} {
		found, err := filepath.Glob(pattern)
		if err == nil {
			names = append(names, found...)
		}
	}
	return names
}

// writeEtc creates the /etc of level namespace in dir, with its own list of users. It copies files,
// because every bind mount costs each step a quarter of a millisecond.
func writeEtc(dir string, uids []int) error {
	for _, name := range etcFiles() {
		to := filepath.Join(dir, strings.TrimPrefix(name, "/etc/"))
		if err := makePublic(filepath.Dir(to)); err != nil {
			return err
		}
		if err := copyTree(name, to); err != nil {
			return fmt.Errorf("copy %s: %w", name, err)
		}
	}
	passwd := "root:x:0:0:root:/root:/usr/sbin/nologin\n"
	group := "root:x:0:\n"
	for _, uid := range uids {
		id := strconv.Itoa(uid)
		passwd += "student:x:" + id + ":" + id + ":student:/tmp:/bin/sh\n"
		group += "student:x:" + id + ":\n"
	}
	hosts := "127.0.0.1 localhost grader\n::1 localhost\n"
	for name, text := range map[string]string{"passwd": passwd, "group": group, "hosts": hosts} {
		if err := writePublic(filepath.Join(dir, name), strings.NewReader(text)); err != nil {
			return err
		}
	}
	return nil
}

// copyTree copies files and links that this process can read. It skips those that are absent or not
// readable by others.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || strings.HasSuffix(path, ".gz") { // alternatives of manual pages
			return ignoreAbsent(err)
		}
		return copyEntry(path, to+strings.TrimPrefix(path, from), d)
	})
}

func copyEntry(from, to string, d fs.DirEntry) error {
	info, err := d.Info()
	if err != nil {
		return err
	}
	switch {
	case d.IsDir():
		return makePublic(to)
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(target, to)
	case info.Mode().IsRegular() && info.Mode()&0o004 != 0:
		f, err := os.Open(from)
		if err != nil {
			return err
		}
		defer f.Close()
		return writePublic(to, f)
	}
	return nil
}

// makePublic creates a directory that others can read, independent of the umask.
func makePublic(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.Chmod(dir, 0o755)
}

func writePublic(name string, from io.Reader) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	return errors.Join(err, f.Chmod(0o644), f.Close())
}
