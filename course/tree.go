package course

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Bounds that every tree is under, whatever the assignment says.
const (
	maxNameBytes = 255  // of one name: what common file systems hold
	maxPathBytes = 1024 // of a whole path
	maxDepth     = 50   // names in a path
	maxFindings  = 5    // shown in one refusal
	maxListed    = 3    // paths shown for one finding
)

// TreeEntry is one path of a pushed tree.
type TreeEntry struct {
	Mode string // git's: "100644", "100755", "120000", "160000"
	Size int64  // bytes; 0 for what is no file
	Path string
}

// JudgeTree holds a pushed tree against the assignment's rules and the rules that
// every tree is under (regular files only, names that every file system can hold,
// depth). A nil spec is a tree that only those are asked of, such as a tests
// repository. The error is CodeRefused and says rule, finding and way out, several
// findings divided by "; "; it does not end with "Nothing was counted.", which the
// caller adds.
//
// A locked file that was pushed with other content is no finding: it is always taken
// from starter/, whatever was pushed.
func JudgeTree(spec *assignment.Spec, entries []TreeEntry) error {
	if len(entries) == 0 {
		return schema.Errorf(schema.CodeRefused, "the commit holds no files; add your work with git add, commit, and push again")
	}
	if archive := loneArchive(spec, entries); archive != "" {
		return schema.Errorf(schema.CodeRefused, "you pushed one archive, %s, and no files: unpack it, run %s, add the unpacked files with git add, commit, and push again",
			show(archive), schema.RemoveCommand(archive))
	}
	var found findings
	found.entries(entries)
	if spec != nil {
		found.amount(spec, entries)
	}
	if len(found.list) == 0 { // few and short paths from here on
		found.collisions(entries)
	}
	if spec != nil {
		found.rules(spec.Files, entries)
	}
	return found.err()
}

// findings are the reasons to refuse a tree, in the order they are told.
type findings struct {
	list []string
	more int // not listed
}

func (f *findings) add(format string, args ...any) {
	if len(f.list) == maxFindings {
		f.more++
		return
	}
	f.list = append(f.list, fmt.Sprintf(format, args...))
}

func (f *findings) err() error {
	if len(f.list) == 0 {
		return nil
	}
	text := strings.Join(f.list, "; ")
	if f.more > 0 {
		text += fmt.Sprintf("; and %d more", f.more)
	}
	return schema.Errorf(schema.CodeRefused, "%s", text)
}

// entries judges each path by itself.
func (f *findings) entries(entries []TreeEntry) {
	for _, e := range entries {
		switch {
		case e.Mode == "120000":
			f.add("%s is a symbolic link, and only regular files are taken: replace it with the file itself", show(e.Path))
		case e.Mode == "160000":
			f.add("%s is a submodule, and only regular files are taken: remove it with git rm --cached and add its files", show(e.Path))
		case !strings.HasPrefix(e.Mode, "100"):
			f.add("%s is no regular file (mode %s), and only those are taken: remove it", show(e.Path), show(e.Mode))
		}
		if why := judgePath(e.Path); why != "" {
			f.add("%s %s", show(e.Path), why)
		}
	}
}

// amount judges how much there is.
func (f *findings) amount(spec *assignment.Spec, entries []TreeEntry) {
	if len(entries) > spec.MaxFiles {
		f.add("the commit holds %d files, and %d is the most: remove what is built or downloaded", len(entries), spec.MaxFiles)
	}
	var sum int64
	for _, e := range entries {
		sum += e.Size
	}
	if sum > spec.MaxSize {
		largest := slices.MaxFunc(entries, func(a, b TreeEntry) int { return cmp.Compare(a.Size, b.Size) })
		f.add("the files are %s together, and %s is the most: remove the largest, such as %s (%s)",
			size(sum), size(spec.MaxSize), show(largest.Path), size(largest.Size))
	}
}

// rules judges what the assignment forbids and requires.
func (f *findings) rules(rules assignment.FileRules, entries []TreeEntry) {
	paths := make([]string, 0, len(entries))
	forbidden := map[string][]string{}
	for _, e := range entries {
		paths = append(paths, e.Path)
		if pattern := rules.Forbids(e.Path); pattern != "" {
			forbidden[pattern] = append(forbidden[pattern], e.Path)
		}
	}
	for _, pattern := range rules.Forbidden {
		if matches := forbidden[pattern]; len(matches) > 0 {
			f.forbidden(pattern, matches)
			delete(forbidden, pattern)
		}
	}
	for _, pattern := range rules.Missing(paths) {
		f.add("%s is required and missing%s", show(pattern), hint(pattern, paths))
	}
}

func (f *findings) forbidden(pattern string, matches []string) {
	shown := make([]string, 0, maxListed)
	for _, p := range matches[:min(len(matches), maxListed)] {
		shown = append(shown, show(p))
	}
	list := strings.Join(shown, ", ")
	if rest := len(matches) - len(shown); rest > 0 {
		list += fmt.Sprintf(" and %d more", rest)
	}
	command := removal(pattern, matches)
	switch {
	case len(matches) == 1 && matches[0] == pattern:
		f.add("%s is forbidden: run %s, commit, and push again", list, command)
	case len(matches) == 1:
		f.add("%s is forbidden (%s): run %s, commit, and push again", list, show(pattern), command)
	default:
		f.add("%s are forbidden (%s): run %s, commit, and push again", list, show(pattern), command)
	}
}

// removal returns the command that takes out of a commit all that a pattern forbids.
func removal(pattern string, matches []string) string {
	dir, below := strings.CutSuffix(pattern, "/**")
	switch {
	case below && !strings.ContainsAny(dir, "*?[{"):
		return schema.RemoveCommand(dir + "/")
	case len(matches) > maxListed && !strings.ContainsAny(pattern, "/{"):
		return "git rm --cached '" + pattern + "'" // git's own patterns match at any depth too
	}
	return schema.RemoveCommand(matches...)
}

// hint names the file that was probably meant by a required path.
func hint(pattern string, paths []string) string {
	name := pattern[strings.LastIndex(pattern, "/")+1:]
	for _, p := range paths {
		base := p[strings.LastIndex(p, "/")+1:]
		switch {
		case fold(base) == fold(name):
			return fmt.Sprintf(" (there is %s: move or rename it)", show(p))
		case schema.LookAlike(base, name):
			return fmt.Sprintf(" (there is %s, which looks alike and has other letters: rename it)", strconv.QuoteToASCII(p))
		}
	}
	return ""
}

// size shows bytes in the unit that people think in.
func size(bytes int64) string {
	switch {
	case bytes >= 1<<20:
		return trimZero(fmt.Sprintf("%.1f", float64(bytes)/(1<<20))) + " MiB"
	case bytes >= 1<<10:
		return trimZero(fmt.Sprintf("%.1f", float64(bytes)/(1<<10))) + " KiB"
	}
	return fmt.Sprintf("%d bytes", bytes)
}

func trimZero(s string) string { return strings.TrimSuffix(s, ".0") }
