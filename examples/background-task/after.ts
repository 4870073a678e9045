import express, { type Request, type Response } from 'express';
import { Pool, type PoolClient } from 'pg';

const pool = new Pool();
const app = express();

/** A session for one piece of work: opened when the work starts, closed when the work is done. */
async function inTransaction(work: (db: PoolClient) => Promise<void>): Promise<void> {
  const db = await pool.connect();
  try {
    await db.query('BEGIN');
    await work(db);
    await db.query('COMMIT');
  } catch (error) {
    await db.query('ROLLBACK');
    throw error;
  } finally {
    db.release();
  }
}

async function deleteData(userIds: readonly string[], db: PoolClient): Promise<void> {
  for (const userId of userIds) {
    await db.query('DELETE FROM events WHERE user_id = $1', [userId]);
    await db.query('INSERT INTO deletions (user_id) VALUES ($1)', [userId]);
  }
}

app.use(express.json());

app.post('/webhooks/deletion', (req: Request<object, unknown, { userIds: string[] }>, res: Response) => {
  const { userIds } = req.body;
  // The task takes its data along and opens its own session; nothing of the request is in it.
  setImmediate(() => {
    inTransaction((db) => deleteData(userIds, db)).catch((error: unknown) => {
      console.error('deletion failed', error);
    });
  });
  res.sendStatus(202);
});

app.listen(3000);
