package configs

import (
	"embed"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/grader/grader/schema"
)

//go:embed starters/*.txtar
var starters embed.FS

// StarterLanguages are the languages of the tests repositories to begin with.
func StarterLanguages() []string { return []string{"c", "cpp", "java", "python", "go", "javascript"} }

// Starter returns the files of a tests repository to begin with, which passes its own gate;
// nil if there is none of that language.
func Starter(language string) []schema.UploadFile {
	source, err := starters.ReadFile("starters/" + language + ".txtar")
	if err != nil {
		return nil
	}
	var files []schema.UploadFile
	for _, f := range txtar.Parse(source).Files {
		files = append(files, schema.UploadFile{Path: f.Name, Data: f.Data})
	}
	return files
}
