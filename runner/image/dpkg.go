package image

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// pkg is one installed Debian package.
type pkg struct {
	name, version, source, arch, maintainer, homepage, summary string
}

// readPackages parses dpkg's status file, which consists of paragraphs of fields, and returns the
// installed packages.
func readPackages(status io.Reader) ([]pkg, error) {
	var all []pkg
	fields := make(map[string]string)
	flush := func() {
		if strings.HasSuffix(fields["Status"], " installed") {
			all = append(all, pkg{
				name: fields["Package"], version: fields["Version"], source: fields["Source"], arch: fields["Architecture"],
				maintainer: fields["Maintainer"], homepage: fields["Homepage"], summary: fields["Description"],
			})
		}
		clear(fields)
	}
	lines := bufio.NewScanner(status)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if line == "" {
			flush()
			continue
		}
		// A line that begins with a space continues the field before it.
		if name, value, found := strings.Cut(line, ":"); found && line[0] != ' ' && line[0] != '\t' {
			fields[name] = strings.TrimSpace(value)
		}
	}
	flush()
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("list of packages: %w", err)
	}
	return all, nil
}

// origin returns the name and version of the source package. They default to the binary package's.
func (p pkg) origin() (name, version string) {
	name, version = p.name, p.version
	if p.source != "" {
		name = p.source
	}
	if source, in, found := strings.Cut(name, " ("); found {
		name, version = source, strings.TrimSuffix(in, ")")
	}
	return name, version
}
