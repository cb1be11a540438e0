package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// floorHookEnv is the environment variable that makes this program the floor's post-receive
// hook. Its value is the path of the database.
const floorHookEnv = "GRADER_BENCH_HOOK"

// floorHook commits one row with the durability of the service.
func floorHook(path string) int {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err == nil {
		_, err = db.ExecContext(context.Background(), `INSERT INTO push (at) VALUES (unixepoch())`)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		return 1
	}
	return 0
}

// floorRepository creates a bare repository with the service's fsync settings and the
// floor's hook.
func floorRepository(ctx context.Context, dir string) (string, error) {
	bare := filepath.Join(dir, "floor.git")
	for _, args := range [][]string{
		{"init", "--quiet", "--bare", "--initial-branch=main", bare},
		{"-C", bare, "config", "core.fsync", "committed"},
		{"-C", bare, "config", "receive.unpackLimit", "1"},
		{"-C", bare, "config", "receive.autogc", "false"},
		{"-C", bare, "config", "receive.fsckObjects", "true"},
	} {
		if out, err := exec.CommandContext(ctx, "git", args...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("git %v: %w: %s", args, err, out)
		}
	}
	database := filepath.Join(dir, "floor.db")
	db, err := sql.Open("sqlite", "file:"+database+"?_pragma=journal_mode(WAL)")
	if err != nil {
		return "", err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, `CREATE TABLE push (at INTEGER)`); err != nil {
		return "", err
	}
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	hook := fmt.Sprintf("#!/bin/sh\n%s=%s exec %s\n", floorHookEnv, database, self)
	return bare, os.WriteFile(filepath.Join(bare, "hooks", "post-receive"), []byte(hook), 0o755)
}
