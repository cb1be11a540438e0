package grade

import (
	"path"
	"path/filepath"
	"regexp"
	"slices"
)

// recipeC compiles all C files together.
func recipeC(files []string, b *subject) (recipe, error) {
	return compiled("gcc", []string{"-std=gnu17", "-O2", "-pipe", "-Wall"}, files, b)
}

// recipeCPP compiles all C++ files together.
func recipeCPP(files []string, b *subject) (recipe, error) {
	return compiled("g++", []string{"-std=gnu++20", "-O2", "-pipe", "-Wall"}, files, b)
}

// recipeMixed compiles C and C++ files, each as its own language, into one program.
func recipeMixed(files []string, b *subject) (recipe, error) {
	return compiled("gcc", []string{"-O2", "-pipe", "-Wall"}, files, b, "-lstdc++")
}

// compiled returns a recipe whose compiler writes the program itself. A file that
// another one includes is not compiled separately.
func compiled(compiler string, flags, files []string, b *subject, libraries ...string) (recipe, error) {
	included, err := includedSources(files, b)
	if err != nil {
		return recipe{}, err
	}
	own := slices.DeleteFunc(slices.Clone(files), func(f string) bool { return included[f] })
	if len(own) == 0 {
		own = files
	}
	argv := append([]string{compiler}, flags...)
	argv = append(argv, headerFlags(b)...)
	argv = append(argv, "-o", recipeProgram)
	argv = append(argv, arguments(own)...)
	argv = append(argv, libraries...)
	argv = append(argv, "-lm", "-pthread")
	return recipe{name: compiler, steps: [][]string{{"mkdir", "-p", path.Dir(recipeProgram)}, argv}}, nil
}

// maxHeaderDirs is the maximum number of header directories that are searched.
const maxHeaderDirs = 200

// headerFlags returns flags that let every file include headers by their names from the top, or from
// any header directory. For names in angle brackets, the system's headers take precedence.
func headerFlags(b *subject) []string {
	dirs := []string{"."}
	for _, f := range b.sources {
		dir := "./" + path.Dir(f.name)
		if header(f.name) && dir != "./." && b.isWork(f.name) && !slices.Contains(dirs, dir) && len(dirs) < maxHeaderDirs {
			dirs = append(dirs, dir)
		}
	}
	var flags []string
	for _, dir := range dirs {
		flags = append(flags, "-iquote", dir)
	}
	for _, dir := range dirs {
		flags = append(flags, "-idirafter", dir)
	}
	return flags
}

// header reports whether a file is meant to be included.
func header(name string) bool {
	return slices.Contains([]string{".h", ".hh", ".hpp", ".hxx", ".h++", ".H", ".tpp", ".ipp", ".inl", ".inc"}, path.Ext(name))
}

// includesSource matches a line that includes a source file.
var includesSource = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*include[ \t]*"([^"\n]+\.(?:c|cc|cpp|cxx|c\+\+|C))"`)

// maxSource bounds the size of a source that is searched for includes, in bytes.
const maxSource = 1 << 20

// includedSources returns the files that another file, or a header, includes.
func includedSources(files []string, b *subject) (map[string]bool, error) {
	included := map[string]bool{}
	for _, f := range b.sources {
		if !slices.Contains(files, f.name) && (!header(f.name) || !b.isWork(f.name)) {
			continue
		}
		content, err := readCapped(filepath.FromSlash(f.from), maxSource)
		if err != nil {
			return nil, err
		}
		for _, m := range includesSource.FindAllSubmatch(content, -1) {
			for _, name := range []string{path.Join(path.Dir(f.name), string(m[1])), path.Clean(string(m[1]))} {
				if name != f.name && slices.Contains(files, name) {
					included[name] = true
					break
				}
			}
		}
	}
	return included, nil
}
