package image

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// pkg is one installed package of Debian.
type pkg struct {
	name, version, source, arch, maintainer, homepage, summary string
}

// readPackages reads dpkg's status file: paragraphs of fields, of which it returns
// those of packages that are installed.
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
		// A line that begins with a space goes on with the field before it.
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

// origin returns the source package and its version, which are the binary's where
// dpkg does not say.
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
