package grade

import (
	"path/filepath"
	"regexp"
	"strings"
)

// localiser removes the runner's paths from texts that people read and from the names of cases,
// because the directories of a step are new in every run. It replaces a path in the working
// directory or in the artefacts by the student's own path, and other paths by the names of their
// variables.
type localiser struct {
	dirs []localDir
	wall string // contains the directories of all steps; "" if unknown
}

// localDir is a directory with its name for people.
type localDir struct {
	alone, above string   // its name alone, and before the names in it: "" for the student's own
	spellings    []string // paths by which tools refer to it
	parts        []string // of the path, in lower case
	secret       int      // index of the unguessable part; -1 if there is none
}

// secretPart matches the random name of a directory that the wall created.
var secretPart = regexp.MustCompile(`^[0-9a-f]{32}$`)

// localiser returns the localiser of a step that ran in a place with variables v.
func (p *place) localiser(v variables) localiser {
	l := localiser{wall: wallOf(p.work)}
	l.add(p.work, localDir{alone: ".", spellings: []string{p.work}})
	l.add(p.tmp, localDir{alone: "$TMPDIR", above: "$TMPDIR", spellings: []string{p.tmp}})
	l.add(v["ARTEFACTS"], localDir{alone: "$ARTEFACTS", spellings: p.spellings(v["ARTEFACTS"])})
	for _, name := range []string{"NEEDS", "TEST_OUT", "REPORTS", "PREPARED", "FRAMEWORKS"} {
		l.add(v[name], localDir{alone: "$" + name, above: "$" + name, spellings: p.spellings(v[name])})
	}
	return l
}

// add adds a directory, if it exists.
func (l *localiser) add(path string, d localDir) {
	if path == "" {
		return
	}
	d.secret = -1
	d.parts = strings.Split(strings.Trim(lowerASCII(path), "/"), "/")
	for i, part := range d.parts {
		if secretPart.MatchString(part) {
			d.secret = i
		}
	}
	l.dirs = append(l.dirs, d)
}

// rewrite returns a text without the directories' paths.
func (l localiser) rewrite(text string) string {
	lower := lowerASCII(text)
	for _, d := range l.dirs {
		if d.secret >= 0 && strings.Contains(lower, d.parts[d.secret]) {
			text = d.rewriteMangled(text, lower)
			lower = lowerASCII(text)
		}
	}
	return l.rewritePaths(l.rewriteOtherSteps(text))
}

// wallOf returns the directory that contains the directories of all steps, or "" if the working
// directory of a step has no unguessable part.
func wallOf(work string) string {
	if own := filepath.Dir(work); secretPart.MatchString(filepath.Base(own)) {
		return filepath.Dir(own)
	}
	return ""
}

// rewriteOtherSteps replaces absolute paths in the directories of other steps. Compilers write the
// paths of the build into debugging information, and linkers, sanitizers and valgrind print them in
// later steps. Most of these files are the student's own, so the working directory becomes "".
func (l localiser) rewriteOtherSteps(text string) string {
	if l.wall == "" || !strings.Contains(text, l.wall) {
		return text
	}
	parts := strings.Split(text, l.wall+"/")
	var rewritten strings.Builder
	rewritten.WriteString(parts[0])
	for i, part := range parts[1:] {
		name, rest, ok := otherStep(part)
		if !ok {
			rewritten.WriteString(l.wall + "/" + part)
			continue
		}
		if strings.HasSuffix(parts[i], "file://") {
			before := strings.TrimSuffix(rewritten.String(), "file://")
			rewritten.Reset()
			rewritten.WriteString(before)
		}
		rewritten.WriteString(name + rest)
	}
	return rewritten.String()
}

// otherStep takes the path of a step's directory, relative to the wall, off the beginning of a text.
// It returns the name for people, and the rest of the text.
func otherStep(text string) (name, rest string, ok bool) {
	secret, rest, ok := strings.Cut(text, "/")
	if !ok || !secretPart.MatchString(secret) {
		return "", "", false
	}
	name = "$TMPDIR"
	if below, ok := strings.CutPrefix(rest, "work"); ok {
		name, rest = ".", below
	} else if rest, ok = strings.CutPrefix(rest, "tmp"); !ok {
		return "", "", false
	}
	if rest != "" && isWordByte(rest[0]) {
		return "", "", false
	}
	if within, ok := strings.CutPrefix(rest, "/"); ok && name == "." {
		return "", within, true
	}
	return name, rest, true
}

// rewritePaths replaces the paths of directories that have no unguessable part.
func (l localiser) rewritePaths(text string) string {
	var pairs []string
	found := false
	for _, d := range l.dirs {
		if d.secret >= 0 {
			continue
		}
		for _, path := range d.spellings {
			found = found || strings.Contains(text, path)
			if d.above == "" {
				pairs = append(pairs, path+"/", "")
			}
			pairs = append(pairs, path, d.alone)
		}
	}
	if !found {
		return text
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// spellings returns the names of a directory outside the working directory: its absolute path, and
// its path relative to the working directory. It returns none if there is no such directory.
func (p *place) spellings(dir string) []string {
	if dir == "" {
		return nil
	}
	relative, err := filepath.Rel(p.work, dir)
	if err != nil || !strings.HasPrefix(relative, "../") {
		return []string{dir}
	}
	return []string{dir, relative}
}

// pathSeparators returns the strings that frameworks and test authors write instead of the slashes
// of a path in a name: pytest a dot, Windows a backslash, URLs %2F, C macros and GoogleTest's
// parameters an underscore. They are in lower case, longer ones first.
func pathSeparators() []string {
	return []string{"%2f", "%5c", `\\`, "::", "/", ".", `\`, "_", "-", ":", "$"}
}

// rewriteMangled replaces the directory wherever its path occurs, with any separator, from the root
// or from any directory above it. It searches for the unguessable part. lower is the text in lower
// case.
func (d localDir) rewriteMangled(text, lower string) string {
	secret := d.parts[d.secret]
	var rewritten strings.Builder
	copied := 0
	for from := 0; ; {
		at := strings.Index(lower[from:], secret)
		if at < 0 {
			break
		}
		at += from
		from = at + len(secret)
		end, separator := d.mangledEnd(lower, from)
		if separator == "" {
			continue
		}
		start := d.mangledStart(lower[copied:at], separator) + copied
		rewritten.WriteString(text[copied:start])
		switch within := strings.HasPrefix(lower[end:], separator); {
		case !within:
			rewritten.WriteString(d.alone)
		case d.above == "":
			end += len(separator)
		default:
			rewritten.WriteString(d.above)
		}
		copied, from = end, end
	}
	if copied == 0 {
		return text
	}
	return rewritten.String() + text[copied:]
}

// mangledEnd returns the end of the path whose secret part ends at index end, and the separator of
// the path's parts. It returns "" for another path.
func (d localDir) mangledEnd(lower string, end int) (int, string) {
	separator := ""
	for _, part := range d.parts[d.secret+1:] {
		if separator == "" {
			separator = separatorAt(lower[end:])
		}
		if separator == "" || !strings.HasPrefix(lower[end:], separator+part) {
			return 0, ""
		}
		end += len(separator) + len(part)
	}
	if separator == "" || end < len(lower) && isWordByte(lower[end]) {
		return 0, ""
	}
	return end, separator
}

// mangledStart returns where the path begins in the text before its secret part.
func (d localDir) mangledStart(before, separator string) int {
	whole := true
	for i := d.secret - 1; i >= 0 && whole; i-- {
		before, whole = strings.CutSuffix(before, d.parts[i]+separator)
	}
	if !whole {
		for strings.HasSuffix(before, ".."+separator) {
			before = strings.TrimSuffix(before, ".."+separator)
		}
		return len(before)
	}
	if root, ok := strings.CutSuffix(before, separator); ok && (root == "" || !isWordByte(root[len(root)-1])) {
		before = root
	}
	if separator == "/" {
		before = strings.TrimSuffix(before, "file://")
	}
	return len(before)
}

// separatorAt returns the separator at the beginning of a text, or "" if there is none.
func separatorAt(lower string) string {
	for _, separator := range pathSeparators() {
		if strings.HasPrefix(lower, separator) {
			return separator
		}
	}
	return ""
}

// isWordByte reports whether a byte is a letter or a digit.
func isWordByte(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

// lowerASCII returns a text with its ASCII letters in lower case and all other bytes unchanged, so
// that indexes stay valid. strings.Map would lengthen bytes that are not UTF-8.
func lowerASCII(text string) string {
	lower := []byte(text)
	for i, c := range lower {
		if c >= 'A' && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	return string(lower)
}
