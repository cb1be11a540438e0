package gitd

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/pktline"
	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// These limits bound what is read to judge a tree.
const (
	maxLinks    = 100     // symbolic links whose targets are read
	maxPointers = 2000    // files that are small enough for a Git LFS pointer
	maxSmall    = 4 << 20 // bytes of all small files together
)

// tooManyEntries refuses a tree with more files than the server judges.
func (h hook) tooManyEntries(ctx context.Context, q repo.Quarantine) error {
	p := h.push
	names, err := h.server.Repos.TopLevel(ctx, p.row.ID, q, p.intent.New)
	if err != nil {
		return fmt.Errorf("list what was pushed: %w", err)
	}
	no := refusal{refusalEntries, "", fmt.Sprintf("the commit holds more than %d files. Leave out what is built or downloaded", maxEntries), nil}
	if remove := course.RemoveMade(names); len(remove) > 0 {
		no.commands = append(remove, commitAgain, p.pushHead())
	}
	return refusedPush{refusal: no}
}

// treeOf returns the pushed tree in the form that the rules expect.
func (h hook) treeOf(ctx context.Context, q repo.Quarantine, entries []repo.Entry) ([]course.TreeEntry, error) {
	tree := make([]course.TreeEntry, 0, len(entries))
	links := map[string]string{} // blob to target
	for _, e := range entries {
		tree = append(tree, course.TreeEntry{Mode: e.Mode, Size: e.Size, Path: e.Path})
		if e.Mode == "120000" && len(links) < maxLinks {
			links[e.Hash] = ""
		}
	}
	if len(links) == 0 {
		return tree, nil
	}
	var hashes []string
	for hash := range links {
		hashes = append(hashes, hash)
	}
	targets, err := h.server.Repos.ReadBlobs(ctx, h.push.row.ID, q, hashes, maxSmall)
	if schema.CodeOf(err) == schema.CodeLimit {
		return tree, nil // the links are refused without looking up their targets
	}
	if err != nil {
		return nil, fmt.Errorf("read links: %w", err)
	}
	for i, e := range entries {
		if e.Mode == "120000" {
			tree[i].Link = string(targets[e.Hash])
		}
	}
	return tree, nil
}

// judgePointers refuses files whose content Git LFS did not push.
func (h hook) judgePointers(ctx context.Context, q repo.Quarantine, entries []repo.Entry) error {
	byHash := map[string][]string{}
	for _, e := range entries {
		if course.MayBeLFSPointer(e.Size) && len(byHash) < maxPointers {
			byHash[e.Hash] = append(byHash[e.Hash], e.Path)
		}
	}
	if len(byHash) == 0 {
		return nil
	}
	var hashes []string
	for hash := range byHash {
		hashes = append(hashes, hash)
	}
	contents, err := h.server.Repos.ReadBlobs(ctx, h.push.row.ID, q, hashes, maxSmall)
	if err != nil {
		return fmt.Errorf("read small files: %w", err)
	}
	var pointers []string
	for hash, content := range contents {
		if course.IsLFSPointer(content) {
			pointers = append(pointers, byHash[hash]...)
		}
	}
	return course.RefuseLFSPointers(pointers)
}

// tooLarge refuses a push for its size and names the largest files.
func (h hook) tooLarge(ctx context.Context, q repo.Quarantine, entries []repo.Entry) error {
	p, s := h.push, h.server
	large, err := s.Repos.LargeFiles(ctx, p.row.ID, q, p.intent.New, s.Repos.MaxPack())
	if err != nil {
		return fmt.Errorf("find what is large: %w", err)
	}
	if len(large) == 0 { // too many objects to look at, or no single large file
		return refusedPush{refusal: *s.refusedForSize(p)}
	}
	var named, remove []string
	for _, f := range large {
		named = append(named, fmt.Sprintf("%s (%d MiB, in commit %s)", transcript.OneLine(f.Path), f.Size>>20, f.Commit[:7]))
		if slices.ContainsFunc(entries, func(e repo.Entry) bool { return e.Hash == f.Hash }) {
			remove = append(remove, f.Path)
		}
	}
	text := fmt.Sprintf("%s would be sent, and at most %s are accepted: %s. A file that is removed in a later commit is still sent with the earlier commit. Rewrite the history without it",
		sizeWord(p.pack.Load()), sizeWord(s.Repos.MaxPack()), strings.Join(named, ", "))
	commands, err := h.rewriteWithout(ctx, q, remove)
	if err != nil {
		return err
	}
	return refusedPush{refusal: refusal{refusalHistory, "", text, commands}}
}

// rewriteWithout returns commands that remove files and replace the new commits by one on top of
// base.
func (h hook) rewriteWithout(ctx context.Context, q repo.Quarantine, remove []string) ([]string, error) {
	p := h.push
	var commands []string
	if len(remove) > 0 {
		commands = append(commands, schema.RemoveCommand(remove...))
	}
	base, err := h.base(ctx, q)
	if err != nil {
		return nil, err
	}
	if base == "" {
		return p.rewrite(commands), nil
	}
	return append(commands, squashOnto(base), p.pushHead()), nil
}

// base returns the commit from which the push moves main if it is an ancestor of the pushed commit,
// "" otherwise.
func (h hook) base(ctx context.Context, q repo.Quarantine) (string, error) {
	old := h.push.list.Commands[0].Old
	if old == pktline.Zero {
		return "", nil
	}
	below, err := h.server.Repos.Ancestor(ctx, h.push.row.ID, q, old, h.push.intent.New)
	if err != nil || !below {
		return "", err
	}
	return old, nil
}
