package grade

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// maxNamedProducts is the maximum number of a submission's built files that are named.
const maxNamedProducts = 4

// productsNote names the built files of a subject that are next to their sources, or returns nil if
// there are none. The student must know about them: a build that compares times builds them again,
// and any other build uses them unchanged.
func (b *subject) productsNote() []string {
	products := b.products()
	if len(products) == 0 {
		return nil
	}
	named := products[:min(len(products), maxNamedProducts)]
	list := strings.Join(named, ", ")
	if rest := len(products) - len(named); rest > 0 {
		list += fmt.Sprintf(" and %d more", rest)
	}
	note := wrapNote("note: built files were pushed beside their sources: " + list +
		". Here they are older than every source, so that make and javac build them again. To remove them:")
	note = append(note, "  "+schema.RemoveCommand(named...), `  git commit -m "Remove built files"`)
	return append(note, "and push again")
}

// products lists the built files that are next to their sources. A directory that contains nothing
// else is listed instead of its files.
func (b *subject) products() []string {
	stems, built := b.sourceStems()
	whole := map[string]bool{} // by directory: it contains only products
	var found []source
	for _, f := range b.sources {
		is := f.own && f.binary != nil && !within(b.left, f.name) && besideSource(f, stems, built)
		if is {
			found = append(found, f)
		}
		for dir := path.Dir(f.name); dir != "."; dir = path.Dir(dir) {
			before, seen := whole[dir]
			whole[dir] = is && (before || !seen)
		}
	}
	var names []string
	for _, f := range found {
		name := f.name
		for dir := path.Dir(name); dir != "." && whole[dir]; dir = path.Dir(dir) {
			name = dir + "/"
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// sourceStems returns the names, without extensions, of the sources that are compiled. programs
// reports whether some of them are compiled into programs.
func (b *subject) sourceStems() (stems map[string]bool, programs bool) {
	stems = map[string]bool{}
	for _, f := range b.sources {
		base := path.Base(f.name)
		switch ending := path.Ext(base); ending {
		case ".c", ".cc", ".cpp", ".cxx", ".c++", ".C", ".s", ".S", ".asm", ".f", ".f90", ".go", ".rs", ".d", ".pas", ".ml", ".hs", ".m", ".mm", ".swift", ".zig", ".l", ".y":
			programs = programs || f.binary == nil
			stems[strings.TrimSuffix(base, ending)] = true
		case ".java", ".kt", ".scala", ".groovy", ".py", ".h", ".hpp", ".hh", ".erl":
			stems[strings.TrimSuffix(base, ending)] = true
		}
	}
	return stems, programs
}

// besideSource reports whether the name of a built file shows that it is made from a source of the
// submission. Programs and libraries may be made from any source.
func besideSource(f source, stems map[string]bool, programs bool) bool {
	if f.binary.kind == binaryProgram || path.Ext(f.name) == ".a" || path.Ext(f.name) == ".lib" {
		return programs
	}
	stem, _, _ := strings.Cut(path.Base(f.name), ".") // x.cpython-311.pyc, x.h.gch
	stem, _, _ = strings.Cut(stem, "$")               // Outer$Inner.class
	return stems[stem] || stems[strings.TrimSuffix(stem, "Kt")]
}

// tracesNote names files that macOS left next to sources with the same extension. Tools that search
// for sources find these too.
func (b *subject) tracesNote() []string {
	var names []string
	for _, f := range b.sources {
		if f.own && assignment.TraceOf(f.name) != "" && knownEnding(f.name) && !within(b.left, f.name) {
			names = append(names, f.name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	note := wrapNote("note: left by macOS and no source: " + named(names) + ". To remove it:")
	return append(note, "  "+removal(names), "then commit and push")
}

// maxNoteLine is the maximum length of a line of a note, in characters: a push shows 72 with its
// mark.
const maxNoteLine = 70

// wrapNote wraps a note at spaces.
func wrapNote(text string) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > maxNoteLine {
			lines, line = append(lines, line), ""
		}
		line = joinNonEmpty(" ", line, word)
	}
	return append(lines, line)
}
