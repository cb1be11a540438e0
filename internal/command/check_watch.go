package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/urfave/cli/v2"

	"github.com/grader/grader/schema"
)

// watchQuiet is the time without changes before the directories are graded again, because editors write a file in
// several steps and save several files one after the other.
const watchQuiet = 300 * time.Millisecond

// watchCheck grades the directories, and grades them again when a file in them changes, until ctx ends. It prints a failure
// and waits for the next change.
func watchCheck(c *cli.Context, tests, submission string) error {
	w, err := newDirWatcher(tests, submission)
	if err != nil {
		return err
	}
	defer w.close()
	for {
		if err := checkOnce(c, tests, submission); err != nil && c.Err() == nil {
			fmt.Fprintln(c.App.ErrWriter, schema.Sanitize(checkFailure(err)))
		}
		fmt.Fprintf(c.App.Writer, "Watching %s and %s for changes; Ctrl-C ends.\n", tests, submission)
		changed, err := settle(c.Context, w.changes(c.Context), watchQuiet)
		if c.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(c.App.Writer, "\n%s changed at %s\n", schema.Sanitize(changed), time.Now().Format(time.TimeOnly))
	}
}

// checkFailure returns the message of an error for people.
func checkFailure(err error) string {
	if told := new(schema.Error); errors.As(err, &told) {
		return told.Message
	}
	return err.Error()
}

// settle waits for a change, and then until nothing has changed for the duration quiet. It returns
// the name of the first change. It returns an error if ctx ends or nothing is watched any more.
func settle(ctx context.Context, changes <-chan string, quiet time.Duration) (first string, err error) {
	timer := time.NewTimer(quiet)
	defer timer.Stop()
	for {
		due := timer.C
		if first == "" {
			due = nil
		}
		select {
		case <-ctx.Done():
			return "", context.Cause(ctx)
		case name, open := <-changes:
			if !open {
				return "", errors.New("nothing is watched any more")
			}
			if first == "" {
				first = name
			}
			timer.Reset(quiet)
		case <-due:
			return first, nil
		}
	}
}

// dirWatcher reports changes in directory trees.
type dirWatcher struct {
	notify *fsnotify.Watcher
	roots  []string
	names  chan string
}

// newDirWatcher watches directories and their subdirectories.
func newDirWatcher(roots ...string) (*dirWatcher, error) {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	w := &dirWatcher{notify: notify, roots: roots}
	for _, root := range roots {
		if err := w.add(root); err != nil {
			w.close()
			return nil, schema.Wrapf(schema.CodeInvalid, err, "watch %s: %s", root, err)
		}
	}
	return w, nil
}

func (w *dirWatcher) close() { _ = w.notify.Close() }

// add watches a directory and its subdirectories. It skips a subdirectory that no longer exists.
func (w *dirWatcher) add(dir string) error {
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			if name == dir {
				return err
			}
			return nil
		}
		if !d.IsDir() {
			return nil
		}
		if name != dir && ignored(d.Name()) {
			return filepath.SkipDir
		}
		return w.notify.Add(name)
	})
}

// ignored reports whether changes of a file or below a directory are ignored: git's own files, and files that editors
// create while they save.
func ignored(name string) bool {
	return name == ".git" || name == "__pycache__" || name == "4913" || strings.HasSuffix(name, "~") ||
		strings.HasPrefix(name, ".#") || strings.HasPrefix(name, ".") && strings.HasSuffix(name, ".swp")
}

// changes returns a channel with the names of changed files. The first call starts watching until its ctx ends.
func (w *dirWatcher) changes(ctx context.Context) <-chan string {
	if w.names == nil {
		w.names = make(chan string)
		go w.follow(ctx)
	}
	return w.names
}

func (w *dirWatcher) follow(ctx context.Context) {
	defer close(w.names)
	for {
		select {
		case <-ctx.Done():
			return
		case _, open := <-w.notify.Errors:
			if !open {
				return
			}
		case e, open := <-w.notify.Events:
			if !open {
				return
			}
			if !w.means(e) {
				continue
			}
			select {
			case w.names <- e.Name:
			case <-ctx.Done():
				return
			}
		}
	}
}

// means reports whether an event can change the result. It also watches new directories.
func (w *dirWatcher) means(e fsnotify.Event) bool {
	if ignored(filepath.Base(e.Name)) || e.Op == fsnotify.Chmod {
		return false
	}
	if e.Has(fsnotify.Create) {
		_ = w.add(e.Name) // fails for a file or a directory that is already gone
	}
	return true
}
