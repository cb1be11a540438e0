package gradescope

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// provided returns the packages of Debian, Python and npm that a runner image has, or whose absence does not matter.
func provided() []string {
	return []string{
		"python", "python3", "python3-pip", "python3-dev", "python3-setuptools", "python3-venv", "python-pip", "python-dev", "python3-pytest", "pytest", "pip", "setuptools", "wheel",
		"gcc", "g++", "build-essential", "make", "git", "openjdk-8-jdk", "openjdk-11-jdk", "openjdk-17-jdk", "openjdk-8-jdk-headless", "openjdk-11-jdk-headless", "openjdk-17-jdk-headless",
		"default-jdk", "default-jre", "junit4", "junit5", "libc6-dev", "curl", "wget", "unzip", "zip", "ca-certificates", "dos2unix", "locales", "software-properties-common",
		"bash", "apt-utils", "python3.11", "libgtest-dev", "libgmock-dev", "libcmocka-dev", "catch2", "check", "cmake", "valgrind", "cppcheck",
		"checkstyle", "nodejs", "golang-go", "golang", "libassertj-core-java", "libhamcrest-java",
	}
}

// installCommand matches a command that installs packages. Its group is the list of packages.
var installCommand = regexp.MustCompile(`^(?:sudo\s+)?(?:[A-Z_]+=\S+\s+)*(?:apt(?:-get)?\s+(?:-\S+\s+)*install|(?:\S*/)?pip[0-9.]*\s+install|python[0-9.]*\s+-m\s+pip\s+install)\s+(.*)$`)

// harmless matches commands of a setup.sh whose effect a run does not need.
var harmless = regexp.MustCompile(`^(?:sudo\s+)?(?:[A-Z_]+=\S+\s+)*(?:$|#|set\s|echo\b|apt(?:-get)?\s+(?:-\S+\s+)*(?:update|upgrade|clean|autoremove)\b|export\s+DEBIAN_FRONTEND|rm\s+-rf?\s+/var/lib/apt|chmod\s|cd\s|pwd$|ls\b|true$|exit(?:\s+0)?$|update-locale|locale-gen|(?:\S*/)?pip[0-9.]*\s+install\s+(?:-\S+\s+)*--upgrade\s+pip$)`)

// wanted holds what a setup.sh needs and a runner image lacks.
type wanted struct {
	packages []string
	commands []string // commands that do not install packages and are not harmless
	ours     []string // packages that our own modules replace
}

// words returns a list of what an image must have.
func (w wanted) words() []string {
	var words []string
	if len(w.packages) > 0 {
		words = append(words, "the packages "+strings.Join(w.packages, ", "))
	}
	for _, c := range w.commands {
		words = append(words, fmt.Sprintf("the command %q", truncate(c)))
	}
	return words
}

// needs returns what a setup.sh needs. requirements returns the lines of a file that pip install -r names.
func needs(setup string, requirements func(name string) []string) (w wanted) {
	for line := range strings.SplitSeq(joinLines(setup), "\n") {
		for command := range strings.SplitSeq(strings.NewReplacer("&&", ";", "||", ";").Replace(line), ";") {
			command = strings.TrimSpace(command)
			m := installCommand.FindStringSubmatch(command)
			switch {
			case m != nil:
				w.install(m[1], requirements)
			case harmless.MatchString(command):
			default:
				w.commands = append(w.commands, command)
			}
		}
	}
	return w
}

// joinLines repairs line ends of Windows and joins lines that end with a backslash.
func joinLines(s string) string {
	s = strings.ReplaceAll(s, "\r", "")
	return strings.ReplaceAll(s, "\\\n", " ")
}

// install records the packages of a command that the image lacks.
func (w *wanted) install(arguments string, requirements func(string) []string) {
	words := strings.Fields(arguments)
	for n := 0; n < len(words); n++ {
		word := strings.Trim(words[n], `'"`)
		switch {
		case word == "-r" || word == "--requirement":
			if n++; n < len(words) {
				for _, line := range requirements(words[n]) {
					w.install(line, requirements)
				}
			}
		case strings.HasPrefix(word, "#"):
			return
		case word != "" && strings.Contains("-><|", word[:1]):
		default:
			w.add(word)
		}
	}
}

// add records one package.
func (w *wanted) add(word string) {
	name := strings.ToLower(versions.ReplaceAllString(word, ""))
	switch {
	case slices.Contains(provided(), name):
	case replacements()[name] != "":
		if !slices.Contains(w.ours, name) {
			w.ours = append(w.ours, name)
		}
	default:
		w.packages = append(w.packages, word)
	}
}

// versions matches the version or extras after a package's name.
var versions = regexp.MustCompile(`(?:\[|[=<>~!]=|[<>=@]).*$`)
