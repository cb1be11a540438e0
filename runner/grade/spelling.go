package grade

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/grader/grader/schema/assignment"
)

// spelt returns the order's command with file names in the Unicode form of the files: an
// instructor's editor and a student's system may use different normal forms.
func (o order) spelt() assignment.Command {
	pairs := o.spellings()
	if len(pairs) == 0 {
		return o.command
	}
	replacer := strings.NewReplacer(pairs...)
	c := assignment.Command{Shell: replacer.Replace(o.command.Shell)}
	for _, word := range o.command.Argv {
		c.Argv = append(c.Argv, replacer.Replace(word))
	}
	return c
}

// spellings returns pairs of another form of a name and the name itself, for every file or
// directory that a step can find and whose name has two forms.
func (o order) spellings() []string {
	if isASCII(o.command.Shell) && isASCII(strings.Join(o.command.Argv, "")) {
		return nil
	}
	names := map[string]bool{}
	note := func(path string) {
		for part := range strings.SplitSeq(path, "/") {
			if norm.NFC.String(part) != norm.NFD.String(part) {
				names[part] = true
			}
		}
	}
	for _, path := range o.names {
		note(path)
	}
	for _, t := range o.trees {
		if t != nil {
			for _, f := range t.files {
				note(f.path)
			}
		}
	}
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		for _, other := range []string{norm.NFC.String(name), norm.NFD.String(name)} {
			if !names[other] {
				pairs = append(pairs, other, name)
			}
		}
	}
	return pairs
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}
