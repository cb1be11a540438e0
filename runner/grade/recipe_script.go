package grade

import (
	"encoding/json"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// pythonCheck compiles every given file without writing anything, and exits with status 1 if one
// does not parse. It decodes the whole file like the interpreter, because the compiler accepts
// invalid bytes in a comment.
const pythonCheck = `import sys, tokenize, traceback
bad = 0
for name in sys.argv[1:]:
    try:
        with open(name, "rb") as f:
            compile(f.read(), name, "exec", dont_inherit=True)
        with tokenize.open(name) as f:
            f.read()
    except SyntaxError as e:
        traceback.print_exception(type(e), e, None)
        bad = 1
    except (ValueError, LookupError) as e:
        print(f'  File "{name}"\n{type(e).__name__}: {e}: save the file as UTF-8', file=sys.stderr)
        bad = 1
sys.exit(bad)
`

// recipePython checks the syntax of every file; the program is main.py or the only file.
func recipePython(files []string, b *subject) (recipe, error) {
	main, err := oneOf("Python", files, []string{"main.py", "__main__.py"})
	if err != nil {
		return recipe{}, err
	}
	check := append([]string{"/usr/bin/python3", "-I", "-c", pythonCheck}, files...)
	return recipe{
		name:  "python3",
		steps: [][]string{check},
		finish: wrapper(func(artefacts string) []string {
			if module := packageOf(main, b); module != "" {
				return []string{"/usr/bin/env", "PYTHONPATH=" + artefacts, "/usr/bin/python3", "-m", module}
			}
			return []string{"/usr/bin/python3", path.Join(artefacts, main)}
		}),
	}, nil
}

// packageOf returns the package that a __main__.py makes executable. It returns "" for any other
// file.
func packageOf(main string, b *subject) string {
	dir, base := path.Split(main)
	dir = path.Clean(dir)
	isPackage := slices.ContainsFunc(b.sources, func(f source) bool { return f.name == path.Join(dir, "__init__.py") })
	if base != "__main__.py" || dir == "." || !isPackage {
		return ""
	}
	return strings.ReplaceAll(dir, "/", ".")
}

// recipeJavaScript checks the syntax of every file; the program is main or index, or the only
// file.
func recipeJavaScript(files []string, b *subject) (recipe, error) {
	main, err := packageMain(files, b)
	if main == "" && err == nil {
		main, err = oneOf("JavaScript", files, []string{"main.js", "main.mjs", "main.cjs", "index.js", "index.mjs", "index.cjs"})
	}
	if err != nil {
		return recipe{}, err
	}
	r := recipe{name: "node", finish: wrapper(func(artefacts string) []string {
		return []string{"node", path.Join(artefacts, main)}
	})}
	for _, f := range arguments(files) {
		r.steps = append(r.steps, []string{"node", "--check", f})
	}
	return r, nil
}

// packageMain returns the file that package.json at the root names as main. It returns "" if that
// names no existing JavaScript file.
func packageMain(files []string, b *subject) (string, error) {
	for _, f := range b.sources {
		if f.name != "package.json" {
			continue
		}
		content, err := readCapped(filepath.FromSlash(f.from), maxSource)
		if err != nil {
			return "", err
		}
		var manifest struct{ Main string }
		if json.Unmarshal(content, &manifest) == nil && slices.Contains(files, path.Clean(manifest.Main)) {
			return path.Clean(manifest.Main), nil
		}
	}
	return "", nil
}
