package course

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Limits of every tree, independent of the assignment.
const (
	maxNameBytes = 255  // of one name, as in common file systems
	maxPathBytes = 1024 // of a whole path
	maxDepth     = 50   // names in a path
)

// TreeEntry is one path of a pushed tree.
type TreeEntry struct {
	Mode string // git's: "100644", "100755", "120000", "160000"
	Size int64  // bytes; 0 if it is not a file
	Path string
	Link string // target of a symbolic link, if known
}

// JudgeTree checks a pushed tree against the assignment's rules and the rules of every tree
// (regular files only, names that every file system can hold, depth). If spec is nil, as for a
// tests repository, it checks only the latter. The error is a *Refused with a finding for each
// mistake.
//
// A changed locked file is not a finding, because it is always taken from starter/.
func JudgeTree(spec *assignment.Spec, entries []TreeEntry) error {
	if len(entries) == 0 {
		return Refuse(Finding{Code: FindingEmpty, Text: "the commit holds no files", Remedy: "add your work to it", Commands: []string{"git add -A"}})
	}
	if archive := loneArchive(spec, entries); archive != "" {
		return Refuse(archived(archive))
	}
	var found findings
	found.entries(entries)
	if spec != nil {
		found.amount(spec, entries)
	}
	if found.empty() { // from here on there are few and short paths
		found.collisions(entries)
	}
	if spec != nil {
		found.rules(spec.Files, entries)
	}
	return found.err()
}

// entries checks each path separately.
func (f *findings) entries(entries []TreeEntry) {
	for _, e := range entries {
		switch {
		case e.Mode == "120000":
			f.add(symlink(e, entries))
		case e.Mode == "160000":
			f.add(repository(e.Path))
		case !strings.HasPrefix(e.Mode, "100"):
			f.add(Finding{FindingMode, fmt.Sprintf("%s is not a regular file (mode %s), and only regular files are accepted", show(e.Path), show(e.Mode)),
				"add it again as a file", []string{schema.RemoveCommand(e.Path), "git add " + schema.ShellWord(e.Path)}})
		}
		if one, bad := judgePath(e.Path); bad {
			f.add(one)
		}
	}
}

// symlink returns a finding that tells the person to replace a link by a copy, or to leave it out
// if its target is not in the repository.
func symlink(e TreeEntry, entries []TreeEntry) Finding {
	one := Finding{Code: FindingSymlink, Text: show(e.Path) + " is a symbolic link, and only regular files are accepted"}
	target := path.Join(path.Dir(e.Path), e.Link)
	found := e.Link != "" && !path.IsAbs(e.Link) && slices.ContainsFunc(entries, func(o TreeEntry) bool {
		return o.Path == target || strings.HasPrefix(o.Path, target+"/")
	})
	if !found {
		one.Remedy, one.Commands = "leave it out, or replace it with the file itself", []string{schema.RemoveCommand(e.Path)}
		return one
	}
	link, copied := schema.ShellWord(e.Path), schema.ShellWord(e.Path+".copy")
	one.Remedy = "replace it with a copy of what it points to"
	one.Commands = []string{fmt.Sprintf("cp -RL %s %s && rm %s && mv %s %s", link, copied, link, copied, link), "git add " + link}
	return one
}

// repository returns a finding that says how to turn the files of an inner repository into files of
// the outer one. While the inner one has its own .git, git adds it as a link again.
func repository(name string) Finding {
	inner := schema.ShellWord(name + "/.git")
	return Finding{FindingRepository, show(name) + " is a git repository inside yours (a submodule), and git pushes only a link to it, not its files",
		"remove " + show(name+"/.git") + " (the history of its own) and add the files",
		[]string{schema.RemoveCommand(name), "rm -rf " + inner, "git add " + schema.ShellWord(name)}}
}

// rules checks the files that the assignment forbids and requires.
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
		f.missing(pattern, paths)
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
	one := Finding{Code: FindingForbidden, Text: list + " is forbidden", Remedy: "take it out of the commit"}
	if len(matches) > 1 {
		one.Text, one.Remedy = list+" are forbidden", "take them out of the commit"
	}
	if len(matches) > 1 || matches[0] != pattern {
		one.Text += " (" + show(pattern) + ")"
	}
	one.Commands = []string{removal(pattern, matches)}
	f.add(one)
}

// removal returns the command that removes everything that a pattern forbids from a commit.
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

// missing adds a finding for a missing file, and names the file that was probably meant.
func (f *findings) missing(pattern string, paths []string) {
	text := show(pattern) + " is required and missing"
	name := pattern[strings.LastIndex(pattern, "/")+1:]
	for _, p := range paths {
		base := p[strings.LastIndex(p, "/")+1:]
		one := Finding{FindingMisplaced, fmt.Sprintf("%s (there is %s)", text, show(p)), "move or rename it", nil}
		switch {
		case fold(base) == fold(name):
		case schema.LookAlike(base, name):
			one.Text = fmt.Sprintf("%s (there is %s, which looks alike and has other letters)", text, strconv.QuoteToASCII(p))
			one.Remedy = "rename it"
		default:
			continue
		}
		if dir := path.Dir(pattern); dir != "." {
			one.Commands = append(one.Commands, "mkdir -p "+schema.ShellWord(dir))
		}
		one.Commands = append(one.Commands, schema.RenameCommand(p, pattern))
		f.add(one)
		return
	}
	f.add(Finding{Code: FindingMissing, Text: text})
}
