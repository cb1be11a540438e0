package assignment

import (
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/grader/grader/schema"
)

// needs checks that the needs of every test match files, and only files that students may see.
func (l *loader) needs(r *reading) {
	secret := l.secrets(r)
	for i, o := range r.tests {
		n := o.get("needs")
		if n == nil || n.kind != kindList {
			continue
		}
		for _, item := range n.items {
			if slices.Contains(r.spec.Tests[i].Needs, schema.NormalPath(item.text)) {
				l.need(r, item, secret)
			}
		}
	}
}

func (l *loader) need(r *reading, item *node, secret map[string]string) {
	matches := l.matching(schema.NormalPath(item.text))
	if len(matches) == 0 {
		r.fail(item, "needs %s matches no file of this repository; correct the pattern", quote(item.text))
	}
	for _, p := range matches {
		if why := secret[p]; why != "" {
			r.fail(item, "needs %s would show %s to the student's program, and that is %s; name other files", quote(item.text), quote(p), why)
			return
		}
	}
}

// secrets returns the files that no student's program may see, with the reason.
func (l *loader) secrets(r *reading) map[string]string {
	secret := map[string]string{Filename: "the assignment itself"}
	l.hideDirectory(secret, r.spec.Starter, "in starter")
	l.hideDirectory(secret, r.spec.Solution, "in solution")
	for _, s := range r.spec.Samples {
		l.hideDirectory(secret, s.Dir, "a sample")
	}
	for _, s := range r.spec.Prepare {
		l.hideNamed(secret, s.Run, "named in prepare")
	}
	for _, t := range r.spec.Tests {
		l.hideNamed(secret, t.Checker, "part of a checker")
		l.hideNamed(secret, t.Driver, "part of a driver")
		l.hideNamed(secret, Command{Argv: t.Flags}, "a flag of a checker or driver")
		if t.Stdout.File != "" {
			secret[t.Stdout.File] = "expected output"
		}
		for _, c := range t.Cases {
			secret[c.Answer] = "expected output"
		}
	}
	return secret
}

func (l *loader) hideDirectory(secret map[string]string, dir, why string) {
	if dir == "" {
		return
	}
	for _, p := range l.below(dir) {
		secret[p] = why
	}
}

// hideNamed marks as secret every file that a trusted command names by path, by pattern or by a
// directory above it.
func (l *loader) hideNamed(secret map[string]string, c Command, why string) {
	for _, word := range c.words() {
		clean := schema.NormalPath(path.Clean(word))
		if clean == "." || clean == "/" {
			continue
		}
		pattern := strings.ContainsAny(clean, "*?[{") && quick(clean) && doublestar.ValidatePattern(clean)
		for _, p := range l.paths {
			if p == clean || strings.HasPrefix(p, clean+"/") || pattern && matchGlob(clean, p) {
				secret[p] = why
			}
		}
	}
}

// words returns the parts of a command that could name a file.
func (c Command) words() []string {
	split := func(r rune) bool { return strings.ContainsRune(" \t\r\n;|&<>()'\"`=,", r) }
	words := strings.FieldsFunc(c.Shell, split)
	for _, arg := range c.Argv {
		words = append(words, arg)
		words = append(words, strings.FieldsFunc(arg, split)...)
	}
	for _, w := range words {
		if len(w) > 2 && w[0] == '-' && w[1] != '-' {
			words = append(words, w[2:])
		}
	}
	return words
}
