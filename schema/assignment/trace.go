package assignment

import (
	"path"
	"strings"
)

// TraceOf returns the system whose file managers and archivers create files with such a path
// ("macOS", "Windows"), "" for any other path. Such files are created unintentionally, so patterns
// do not match them; a path without pattern characters can still name them.
func TraceOf(name string) string {
	for part := range strings.SplitSeq(path.Dir(name), "/") {
		switch part {
		case "__MACOSX", ".AppleDouble", ".Trashes", ".Spotlight-V100":
			return "macOS"
		case "$RECYCLE.BIN", "System Volume Information":
			return "Windows"
		}
	}
	base := path.Base(name)
	switch {
	case strings.HasPrefix(base, "._"), base == ".DS_Store", base == ".localized", base == ".VolumeIcon.icns":
		return "macOS"
	case strings.EqualFold(base, "Thumbs.db"), strings.EqualFold(base, "ehthumbs.db"), strings.EqualFold(base, "desktop.ini"):
		return "Windows"
	}
	return ""
}

// matchMeant reports whether a pattern matches a path. Files that TraceOf reports match only a
// pattern without wildcards.
func matchMeant(pattern, name string) bool {
	return matchGlob(pattern, name) && (TraceOf(name) == "" || !strings.ContainsAny(pattern, "*?[{"))
}
