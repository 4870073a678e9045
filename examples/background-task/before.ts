import express, { type NextFunction, type Request, type Response } from 'express';
import { Pool, type PoolClient } from 'pg';

declare module 'express-serve-static-core' {
  interface Request {
    /** The session of the request: one transaction for all that its handlers do. */
    db: PoolClient;
  }
}

const pool = new Pool();
const app = express();

/** Opens the session of a request, and closes it when the response has been sent. */
async function withSession(req: Request, res: Response, next: NextFunction): Promise<void> {
  req.db = await pool.connect();
  await req.db.query('BEGIN');
  res.once('close', () => {
    const end = res.statusCode < 400 ? 'COMMIT' : 'ROLLBACK';
    req.db.query(end).then(
      () => {
        req.db.release();
      },
      (error: unknown) => {
        req.db.release(error instanceof Error ? error : true);
      },
    );
  });
  next();
}

async function deleteData(userIds: readonly string[], db: PoolClient): Promise<void> {
  for (const userId of userIds) {
    await db.query('DELETE FROM events WHERE user_id = $1', [userId]);
    await db.query('INSERT INTO deletions (user_id) VALUES ($1)', [userId]);
  }
}

app.use(express.json(), withSession);

app.post('/webhooks/deletion', (req: Request<object, unknown, { userIds: string[] }>, res: Response) => {
  // The provider wants its answer within three seconds, and there may be thousands of users.
  setImmediate(() => deleteData(req.body.userIds, req.db));
  res.sendStatus(202);
});

app.listen(3000);
