package grade

import "path"

// pythonCheck compiles every file that it is given without writing anything, and ends
// with status 1 where one does not parse.
const pythonCheck = `import sys, traceback
bad = 0
for name in sys.argv[1:]:
    try:
        with open(name, "rb") as f:
            compile(f.read(), name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as e:
        traceback.print_exception(type(e), e, None)
        bad = 1
sys.exit(bad)
`

// recipePython checks the syntax of every file; the program is main.py or the only one.
func recipePython(files []string) (recipe, error) {
	main, err := oneOf("Python", files, []string{"main.py", "__main__.py"})
	if err != nil {
		return recipe{}, err
	}
	check := append([]string{"/usr/bin/python3", "-I", "-c", pythonCheck}, files...)
	return recipe{
		name:  "python3",
		steps: [][]string{check},
		finish: wrapper(func(artefacts string) []string {
			return []string{"/usr/bin/python3", path.Join(artefacts, main)}
		}),
	}, nil
}

// recipeJavaScript checks the syntax of every file; the program is main or index, or the only one.
func recipeJavaScript(files []string) (recipe, error) {
	main, err := oneOf("JavaScript", files, []string{"main.js", "main.mjs", "main.cjs", "index.js", "index.mjs", "index.cjs"})
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
