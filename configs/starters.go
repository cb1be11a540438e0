package configs

import (
	"embed"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/grader/grader/schema"
)

//go:embed starters/*.txtar
var starters embed.FS

// StarterLanguages returns the languages that have a starter tests repository.
func StarterLanguages() []string { return []string{"c", "cpp", "java", "python", "go", "javascript"} }

// Starter returns the files of a starter tests repository, which passes its own gate, or nil if the
// language has none.
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
