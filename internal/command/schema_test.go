package command

import (
	"os"
	"testing"
)

func TestSchemaIsPrinted(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("../../docs/assignment.schema.json")
	must(t, err)
	if status, out, errs := runCommand(t, "schema"); status != 0 || out != string(want) {
		t.Errorf("status %d, %s; %d bytes, want %d", status, errs, len(out), len(want))
	}
}
