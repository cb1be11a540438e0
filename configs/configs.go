// Package configs holds the types of the configuration file, its sample, and the demo's
// courses.
package configs

import (
	"embed"
	"io/fs"
)

//go:embed all:demo
var demo embed.FS

// Demo returns the files of the demo: demo.yaml, tests repositories and pushes.
func Demo() (fs.FS, error) { return fs.Sub(demo, "demo") }
