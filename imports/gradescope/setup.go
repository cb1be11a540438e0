package gradescope

import (
	"regexp"
	"slices"
	"strings"
)

// provided are the packages of Debian, Python and npm that a runner image has, or whose absence does not matter.
func provided() []string {
	return []string{
		"python", "python3", "python3-pip", "python3-dev", "python3-setuptools", "python3-venv", "python-pip", "python-dev", "python3-pytest", "pytest", "pip", "setuptools", "wheel",
		"gcc", "g++", "build-essential", "make", "git", "openjdk-8-jdk", "openjdk-11-jdk", "openjdk-17-jdk", "openjdk-8-jdk-headless", "openjdk-11-jdk-headless", "openjdk-17-jdk-headless",
		"default-jdk", "default-jre", "junit4", "junit5", "libc6-dev", "curl", "wget", "unzip", "zip", "ca-certificates", "dos2unix", "locales", "software-properties-common",
		"bash", "apt-utils", "python3.11", "libgtest-dev",
	}
}

// installCommand matches a command that installs packages; the group is what it installs.
var installCommand = regexp.MustCompile(`^(?:sudo\s+)?(?:[A-Z_]+=\S+\s+)*(?:apt(?:-get)?\s+(?:-\S+\s+)*install|(?:\S*/)?pip[0-9.]*\s+install|python[0-9.]*\s+-m\s+pip\s+install)\s+(.*)$`)

// harmless matches commands of a setup.sh that do nothing that a run needs.
var harmless = regexp.MustCompile(`^(?:sudo\s+)?(?:[A-Z_]+=\S+\s+)*(?:$|#|set\s|echo\b|apt(?:-get)?\s+(?:-\S+\s+)*(?:update|upgrade|clean|autoremove)\b|export\s+DEBIAN_FRONTEND|rm\s+-rf?\s+/var/lib/apt|chmod\s|cd\s|pwd$|ls\b|true$|exit(?:\s+0)?$|update-locale|locale-gen|(?:\S*/)?pip[0-9.]*\s+install\s+(?:-\S+\s+)*--upgrade\s+pip$)`)

// needs returns what a setup.sh asks for that a runner image lacks: packages, and commands that are
// neither installations nor without effect. requirements holds the lines of files that pip -r names.
func needs(setup string, requirements func(name string) []string) (packages, commands []string) {
	for line := range strings.SplitSeq(joinLines(setup), "\n") {
		for command := range strings.SplitSeq(strings.NewReplacer("&&", ";", "||", ";").Replace(line), ";") {
			command = strings.TrimSpace(command)
			m := installCommand.FindStringSubmatch(command)
			switch {
			case m != nil:
				packages = append(packages, lacking(m[1], requirements)...)
			case harmless.MatchString(command):
			default:
				commands = append(commands, command)
			}
		}
	}
	return packages, commands
}

// joinLines repairs the line ends of Windows, and joins lines that end with a backslash.
func joinLines(s string) string {
	s = strings.ReplaceAll(s, "\r", "")
	return strings.ReplaceAll(s, "\\\n", " ")
}

// lacking returns the packages of an installation that an image lacks.
func lacking(arguments string, requirements func(string) []string) []string {
	var out []string
	words := strings.Fields(arguments)
	for n := 0; n < len(words); n++ {
		word := strings.Trim(words[n], `'"`)
		switch {
		case word == "-r" || word == "--requirement":
			if n++; n < len(words) {
				for _, line := range requirements(words[n]) {
					out = append(out, lacking(line, requirements)...)
				}
			}
		case strings.HasPrefix(word, "#"):
			return out
		case strings.HasPrefix(word, "-"), strings.HasPrefix(word, ">"), strings.HasPrefix(word, "<"), strings.HasPrefix(word, "|"):
		default:
			if name := strings.ToLower(versions.ReplaceAllString(word, "")); !slices.Contains(provided(), name) {
				out = append(out, word)
			}
		}
	}
	return out
}

// versions matches what follows a package's name.
var versions = regexp.MustCompile(`(?:\[|[=<>~!]=|[<>=@]).*$`)
