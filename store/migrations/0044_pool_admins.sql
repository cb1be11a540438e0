-- Only administrators may change what an administrator set for a pool.

-- +goose Up
-- Of settings of an earlier version, only the last person who changed one is known.
ALTER TABLE pool_controls ADD COLUMN admin_mode INTEGER NOT NULL DEFAULT 0 CHECK (admin_mode IN (0, 1));
ALTER TABLE pool_controls ADD COLUMN admin_size INTEGER NOT NULL DEFAULT 0 CHECK (admin_size IN (0, 1));
UPDATE pool_controls SET admin_mode = mode <> 'open', admin_size = warm IS NOT NULL OR max IS NOT NULL
    WHERE by_login = 'operator' OR by_login IN (SELECT login FROM users WHERE admin = 1);
