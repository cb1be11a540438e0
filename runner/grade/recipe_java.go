package grade

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// recipeJava compiles all Java files together; the program is the class with a main.
func recipeJava(files []string, _ *subject) (recipe, error) {
	// Unit tests next to the program need their framework to compile.
	argv := append([]string{"javac", "-proc:none", "-encoding", "UTF-8", "-cp", "$CLASSPATH_JUNIT", "-d", recipeClasses}, arguments(files)...)
	return recipe{name: "javac", steps: [][]string{argv}, finish: finishJava}, nil
}

// finishJava finds the class to run among the frozen classes and writes the program.
func finishJava(s *sandbox.Scratch) error {
	main, err := mainClass(filepath.Join(s.Path(), recipeClasses))
	if err != nil {
		return err
	}
	classes := filepath.Join(s.Path(), recipeClasses)
	return writeWrapper(s, []string{"java", "-cp", classes + ":" + s.Path(), main})
}

// maxClassFile bounds the size of a class file that is searched for a main, in bytes.
const maxClassFile = 4 << 20

// mainClass returns the class below dir to run: the only one with a main or, if there are several,
// the one named Main. The error is a buildFailure.
func mainClass(dir string) (string, error) {
	files, err := listFiles(dir)
	if err != nil {
		return "", err
	}
	var mains []string
	for _, f := range files {
		name, ok := strings.CutSuffix(f.path, ".class")
		if !ok {
			continue
		}
		content, err := readCapped(filepath.Join(dir, f.path), maxClassFile)
		if err != nil {
			return "", err
		}
		if hasMain(content) {
			mains = append(mains, strings.ReplaceAll(name, "/", "."))
		}
	}
	return oneMain(mains)
}

// oneMain chooses the class to run.
func oneMain(mains []string) (string, error) {
	slices.Sort(mains)
	var named []string
	for _, m := range mains {
		if m == "Main" || strings.HasSuffix(m, ".Main") {
			named = append(named, m)
		}
	}
	switch {
	case len(mains) == 1:
		return mains[0], nil
	case len(named) == 1:
		return named[0], nil
	case len(mains) == 0:
		return "", &buildFailure{"no class has a public static void main(String[] args)" + libraryWords}
	}
	return "", &buildFailure{fmt.Sprintf("%d classes have a main (%s) and not exactly one is named Main: name the one to run so",
		len(mains), schema.Excerpt(strings.Join(mains, ", "), 300))}
}

// readCapped reads at most max bytes of a file that belongs to the runner.
func readCapped(name string, most int64) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("read source: %w", err)
	}
	if info.Size() > most {
		return nil, nil
	}
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read source: %w", err)
	}
	return content, nil
}
