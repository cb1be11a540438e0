package gitd

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/hooks"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// These limits bound what is read of a pushed tree.
const (
	maxEntries  = 20_000
	maxTestFile = 64 << 20 // bytes
)

// hook answers git's hooks for one push. It compares what they send with the command list, and
// trusts only the list.
type hook struct {
	server *receiver
	push   *push
}

// PreReceive judges the quarantined tree.
func (h hook) PreReceive(ctx context.Context, quarantine string, updates []hooks.Update) ([]string, bool) {
	p := h.push
	command := p.sent.Commands[0]
	if len(updates) != 1 || updates[0] != (hooks.Update{Old: command.Old, New: command.New, Ref: command.Ref}) {
		no := refusal{code: refusalDisagree, text: "git and the server disagree about this push. Push again"}
		h.server.refused(p, string(no.code), no.err())
		return no.lines(), false
	}
	if err := h.judge(ctx, repo.Quarantine{Dir: quarantine}); err != nil {
		h.server.logInternal("judge a push", err)
		lines := p.refusedTree(err)
		h.server.refused(p, codesOf(err), refusedFiles(err, lines))
		return lines, false
	}
	if p.options.dryRun {
		p.reception.acceptDryRun()
		return []string{}, false
	}
	return nil, true
}

func (h hook) judge(ctx context.Context, q repo.Quarantine) error {
	p, s := h.push, h.server
	if err := s.judgeAgain(ctx, p); err != nil {
		return err
	}
	entries, err := s.Repos.Entries(ctx, p.row.ID, q, p.intent.New, maxEntries)
	if schema.CodeOf(err) == schema.CodeLimit {
		return h.tooManyEntries(ctx, q)
	}
	if err != nil {
		return fmt.Errorf("list what was pushed: %w", err)
	}
	if p.pack.Load() > s.Repos.MaxPack() {
		return h.tooLarge(ctx, q, entries)
	}
	tree, err := h.treeOf(ctx, q, entries)
	if err != nil {
		return err
	}
	spec := p.target.spec
	if p.row.Kind != schema.RepositoryOwn {
		spec = nil
	}
	if err := course.JudgeTree(spec, tree); err != nil {
		return err
	}
	if err := h.judgePointers(ctx, q, entries); err != nil {
		return err
	}
	switch p.row.Kind {
	case schema.RepositoryTests:
		return s.judgeTests(ctx, p, q, entries)
	case schema.RepositoryCourse:
		return s.judgeCourse(ctx, p, q, entries)
	}
	return nil
}

// judgeTests checks the pushed assignment.
func (s *receiver) judgeTests(ctx context.Context, p *push, q repo.Quarantine, entries []repo.Entry) error {
	files := s.pushedFiles(ctx, p, q, entries)
	c := p.target.course
	_, err := assignment.Load(files, assignment.Context{Zone: c.Location(), Flavours: s.Flavours, Flavour: c.Flavour, Allows: c.Allows, Limits: c.Settings.Limits})
	return err
}

// pushedFiles returns the files of a pushed tree, which contains only regular files.
func (s *receiver) pushedFiles(ctx context.Context, p *push, q repo.Quarantine, entries []repo.Entry) assignment.Files {
	files := &testsTree{entries: make(map[string]repo.Entry, len(entries))}
	for _, e := range entries {
		files.entries[e.Path] = e
	}
	files.read = func(hash string) ([]byte, error) {
		return s.Repos.ReadBlob(ctx, p.row.ID, q, hash, maxTestFile)
	}
	return files
}

// PostReceive records the push, unless the session has already recorded it when git reported. If it
// fails, the session tries again, then the retrier.
func (h hook) PostReceive(ctx context.Context, _ []hooks.Update) ([]string, error) {
	_, err := h.server.recordPush(ctx, h.push)
	return nil, err
}

// testsTree gives the parser the files of a pushed tests or course repository.
type testsTree struct {
	entries map[string]repo.Entry
	read    func(hash string) ([]byte, error)
}

// List implements assignment.Files.
func (t *testsTree) List() ([]assignment.File, error) {
	files := make([]assignment.File, 0, len(t.entries))
	for _, e := range t.entries {
		mode := fs.FileMode(0o644)
		if e.Mode == "100755" {
			mode = 0o755
		}
		files = append(files, assignment.File{Path: e.Path, Mode: mode, Size: e.Size})
	}
	return files, nil
}

// Read implements assignment.Files.
func (t *testsTree) Read(path string) ([]byte, error) {
	e, ok := t.entries[path]
	if !ok {
		return nil, schema.Errorf(schema.CodeNotFound, "%s is not there", path)
	}
	return t.read(e.Hash)
}
