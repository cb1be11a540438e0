package service

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/schema"
)

// socketPathMax is the maximum length of a runtime directory's path. It leaves room for the
// longest socket name, because a unix socket's path has at most 107 bytes.
const socketPathMax = 90

// DataDir is a data directory that this process has locked.
type DataDir struct {
	root    string
	lock    *os.File
	runtime string // directory of the sockets: data/run, or the target of the link data/run
}

// Names of the files and directories in a data directory.
const (
	Database     = "grader.db"
	Repositories = "repositories"
	HostKey      = "host_key"    // host key of the SSH server
	ReceiptKey   = "receipt_key" // signs receipts
)

// Keys returns the names of the private keys in a data directory. A backup holds them
// besides the database and the repositories.
func Keys() []string { return []string{HostKey, ReceiptKey} }

// OpenData creates the data directory if necessary, makes it private and locks it.
// CodeConflict: another process has locked it.
func OpenData(root string) (*DataDir, error) {
	if root == "" {
		return nil, schema.Errorf(schema.CodeInvalid, "name the data directory: --data DIR")
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	if err := makePrivate(root); err != nil {
		return nil, schema.Wrapf(schema.CodeUnavailable, err, "data directory: %s", err)
	}
	d := &DataDir{root: root}
	if err := d.takeLock(); err != nil {
		return nil, err
	}
	return d, nil
}

// makePrivate creates a directory if necessary, and makes it accessible to this user only.
func makePrivate(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.Chmod(dir, 0o700)
}

// takeLock locks the directory and writes the process id into the lock file, for the error
// message of a second process.
func (d *DataDir) takeLock() error {
	f, err := os.OpenFile(d.Path("lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return schema.Wrapf(schema.CodeUnavailable, err, "data directory: %s", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return schema.Errorf(schema.CodeConflict, "another grader (process %s) works on %s; stop it first, or use another --data", holder(f), d.root)
		}
		return fmt.Errorf("lock data directory: %w", err)
	}
	d.lock = f
	if err := f.Truncate(0); err != nil {
		return fmt.Errorf("lock data directory: %w", err)
	}
	if _, err := fmt.Fprintf(f, "%d\n", os.Getpid()); err != nil {
		return schema.Wrapf(schema.CodeUnavailable, err, "data directory: %s", err)
	}
	return nil
}

func holder(f *os.File) string {
	text := make([]byte, 32)
	n, _ := f.ReadAt(text, 0)
	if pid := strings.TrimSpace(string(text[:n])); pid != "" {
		return pid
	}
	return "unknown"
}

// Path returns a path below the data directory.
func (d *DataDir) Path(elem ...string) string {
	return filepath.Join(append([]string{d.root}, elem...)...)
}

// Subdir creates a private directory below the data directory.
func (d *DataDir) Subdir(name string) (string, error) {
	path := d.Path(name)
	if err := os.MkdirAll(path, 0o700); err != nil {
		return "", schema.Wrapf(schema.CodeUnavailable, err, "data directory: %s", err)
	}
	return path, nil
}

// ID returns the random name of the data directory, created by the first call. It labels
// the server's resources elsewhere, such as containers.
func (d *DataDir) ID() (string, error) {
	path := d.Path("id")
	text, err := os.ReadFile(path)
	if err == nil && len(text) > 0 {
		return strings.TrimSpace(string(text)), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("id of the data directory: %w", err)
	}
	id := strings.ToLower(rand.Text())
	if err := os.WriteFile(path, []byte(id+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("id of the data directory: %w", err)
	}
	return id, nil
}

// listen opens a socket in the runtime directory. Only this user may connect to it.
func (d *DataDir) listen(ctx context.Context, name string) (net.Listener, error) {
	path := d.Socket(name)
	listener, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		return nil, fmt.Errorf("%s socket: %w", name, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		listener.Close()
		return nil, fmt.Errorf("%s socket: %w", name, err)
	}
	return listener, nil
}

// OpenRuntime creates an empty directory for the sockets. If the path of the data directory
// is too long for a socket, data/run is a link to a directory with a short path.
func (d *DataDir) OpenRuntime() error {
	run := d.Path("run")
	if old, err := os.Readlink(run); err == nil {
		os.RemoveAll(old)
	}
	if err := os.RemoveAll(run); err != nil {
		return fmt.Errorf("runtime directory: %w", err)
	}
	if len(run) <= socketPathMax {
		d.runtime = run
		return os.Mkdir(run, 0o700)
	}
	short, err := os.MkdirTemp("", "grader-")
	if err != nil {
		return fmt.Errorf("runtime directory: %w", err)
	}
	d.runtime = short
	return os.Symlink(short, run)
}

// Socket returns the path of a socket in the runtime directory.
func (d *DataDir) Socket(name string) string { return filepath.Join(d.runtime, name) }

// SocketOf returns the path of a running server's socket. It does not need the lock.
func SocketOf(root, name string) string {
	run := filepath.Join(root, "run")
	if short, err := os.Readlink(run); err == nil {
		run = short
	}
	return filepath.Join(run, name)
}

// Close removes the sockets and releases the lock.
func (d *DataDir) Close() error {
	if d.runtime != "" {
		os.RemoveAll(d.runtime)
		os.Remove(d.Path("run"))
	}
	// Closing is not enough, because a process that is being started has a copy of the
	// descriptor until it executes its program.
	return errors.Join(unix.Flock(int(d.lock.Fd()), unix.LOCK_UN), d.lock.Close())
}
