/**
 * Modules whose calls leave the process for something slower than the database's next row: HTTP, mail, payment, cloud,
 * models, queues. Data only; an entry means that a promise a call of the module gives is such work, but for `except`.
 */
export interface ExternalModule {
  /** How a message calls it. */
  readonly what: string;
  /** Module specifiers, exact, or with a final `*` for all that start so. */
  readonly modules: readonly string[];
  /** Only these members (last name of the call) are meant; without it all. */
  readonly only?: readonly string[];
  /** Members that do no I/O though they may be awaited. */
  readonly except?: readonly string[];
  /** Classes that the framework injects under this type. */
  readonly types?: readonly string[];
  /** What is enqueued or published is seen by others before the commit. */
  readonly publishes?: true;
}

export const externalModules: readonly ExternalModule[] = [
  {
    what: 'an HTTP request',
    modules: [
      'axios', 'axios-retry', 'got', 'ky', 'ky-universal', 'node-fetch', 'cross-fetch', 'isomorphic-fetch', 'isomorphic-unfetch', 'undici', 'superagent', 'request', 'request-promise',
      'request-promise-native', 'needle', 'ofetch', 'wretch', 'phin', 'bent', 'redaxios', 'make-fetch-happen', 'fetch-retry', 'node-fetch-native', 'gaxios', 'typed-rest-client', 'centra', 'urllib',
      '@nestjs/axios', 'nestjs-axios', 'soap', 'axios-cache-interceptor', 'hyper-fetch', '@hyper-fetch/core', 'up-fetch', 'p-graphql',
    ],
    except: ['isAxiosError', 'isCancel', 'extend', 'create', 'json', 'text', 'blob', 'arrayBuffer', 'setGlobalDispatcher', 'getGlobalDispatcher', 'mergeConfig', 'getUri'],
  },
  { what: 'a GraphQL request', modules: ['graphql-request', '@apollo/client', '@apollo/client/*', 'apollo-client', '@urql/core', 'urql'], except: ['gql', 'writeQuery', 'readQuery', 'writeFragment', 'readFragment'] },
  { what: 'a gRPC call', modules: ['@grpc/grpc-js', 'grpc', 'nice-grpc', 'nice-grpc-web', '@connectrpc/connect', '@connectrpc/connect-node', '@bufbuild/connect'] },
  {
    what: 'a call of a payment service',
    modules: ['stripe', 'braintree', '@paypal/*', 'paypal-rest-sdk', 'square', '@adyen/api-library', 'razorpay', '@mollie/api-client', '@paddle/paddle-node-sdk', '@lemonsqueezy/lemonsqueezy.js', 'plaid', 'mercadopago', 'dwolla-v2', 'recurly', 'chargebee', '@polar-sh/sdk', 'gocardless-nodejs'],
    except: ['constructEvent', 'constructEventAsync', 'generateTestHeaderString', 'generateTestHeaderStringAsync', 'isWebhooksSignatureValid'],
  },
  {
    what: 'a call of a cloud service',
    modules: ['@aws-sdk/client-*', '@aws-sdk/lib-storage', '@aws-sdk/lib-dynamodb', 'aws-sdk', 'aws-sdk/*', '@google-cloud/*', 'googleapis', '@googleapis/*', 'google-auth-library', '@azure/*', 'azure-storage', 'minio', '@vercel/blob', 'cloudinary', '@cloudflare/*', 'cloudflare', '@octokit/*', 'octokit', '@slack/*', 'ali-oss', 'backblaze-b2', '@supabase/storage-js', 'uploadthing/server', 'imagekit', 'ssh2-sftp-client', 'basic-ftp'],
    except: ['getSignedUrl', 'getSignedUrlPromise', 'createPresignedPost', 'presignedGetObject', 'presignedPutObject', 'destroy', 'close', 'generateSasUrl', 'sign'],
  },
  {
    what: 'sending a message',
    modules: ['nodemailer', 'resend', '@sendgrid/*', 'sendgrid', 'postmark', 'mailgun.js', 'mailgun-js', 'mailgun', 'node-mailjet', '@mailchimp/*', 'mandrill-api', '@getbrevo/brevo', 'sib-api-v3-sdk', 'email-templates', 'preview-email', '@nestjs-modules/mailer', 'nestjs-mailer', 'twilio', '@vonage/*', 'messagebird', 'plivo', 'telnyx', 'firebase-admin/messaging', 'expo-server-sdk', 'web-push', 'apn', 'onesignal-node', '@novu/node', '@novu/api', '@knocklabs/node', 'telegraf', 'grammy', 'node-telegram-bot-api', 'discord.js', '@discordjs/rest', '@line/bot-sdk', '@courier/*', 'loops', 'customerio-node', '@plunk/node', '@infobip-api/sdk', 'africastalking', 'pusher', 'ably', '@onesignal/node-onesignal', '@adonisjs/mail/*'],
    except: ['verifyWebhook', 'compile', 'setApiKey', 'render'],
  },
  {
    what: 'a call of a model',
    modules: ['openai', 'openai/*', '@anthropic-ai/*', '@google/generative-ai', '@google/genai', 'cohere-ai', '@mistralai/mistralai', 'groq-sdk', 'replicate', 'ai', '@ai-sdk/*', 'langchain', 'langchain/*', '@langchain/*', 'llamaindex', '@huggingface/inference', 'together-ai', 'ollama', '@fal-ai/*', 'voyageai', '@pinecone-database/pinecone', '@openai/agents', 'assemblyai', '@deepgram/sdk', 'elevenlabs', '@elevenlabs/elevenlabs-js', 'fireworks-js'],
    except: ['countTokens', 'encode', 'decode', 'splitText', 'splitDocuments', 'format', 'formatMessages'],
  },
  {
    what: 'a call of a service',
    modules: ['algoliasearch', 'meilisearch', 'typesense', '@elastic/elasticsearch', '@opensearch-project/opensearch', '@elastic/enterprise-search', '@clerk/*', 'auth0', '@auth0/*', '@workos-inc/node', 'jsforce', '@hubspot/api-client', 'intercom-client', '@notionhq/client', 'airtable', '@linear/sdk', '@gitbeaker/*', 'jira-client', 'jira.js', 'zendesk-node-api', 'node-zendesk', 'posthog-node', '@segment/analytics-node', 'mixpanel', '@amplitude/analytics-node', 'shopify-api-node', '@shopify/shopify-api', 'contentful', 'contentful-management', '@sanity/client', 'xero-node', 'node-quickbooks', 'docusign-esign', '@docusign/*', 'firebase-admin', 'firebase-admin/auth', 'firebase-admin/storage', 'puppeteer', 'puppeteer-core', 'playwright', 'playwright-core', 'ldapjs', 'ldapts', 'mailchecker-api', '@descope/node-sdk', '@logto/node', 'dropbox', '@microsoft/microsoft-graph-client', 'simple-git', 'dockerode', '@kubernetes/client-node', 'ssh2', 'web3', 'ethers', 'viem', '@solana/web3.js'],
    except: ['verifyIdToken', 'verifySessionCookie', 'createCustomToken', 'runTransaction', 'flush', 'capture', 'track', 'identify', 'verifyToken', 'batch', 'parseUnits', 'formatUnits', 'hashMessage', 'verifyMessage', 'signMessage', 'signTypedData', 'collection', 'firestore', 'doc', 'get', 'getFirestore', 'encodeFunctionData', 'verifyTypedData', 'recoverMessageAddress', 'isOpen'],
  },
  {
    what: 'enqueueing a job',
    modules: ['bullmq', 'bull', '@nestjs/bull', '@nestjs/bullmq', 'bee-queue', 'agenda', '@hokify/agenda', 'pg-boss', 'graphile-worker', '@trigger.dev/sdk', '@trigger.dev/sdk/*', 'inngest', '@temporalio/client', 'amqplib', 'amqp-connection-manager', 'rascal', 'kafkajs', '@confluentinc/kafka-javascript', 'node-rdkafka', 'nats', 'mqtt', 'rsmq', 'bree', 'faktory-worker', '@upstash/qstash', '@upstash/workflow', 'celery-node', 'node-resque', '@golevelup/nestjs-rabbitmq', 'sqs-producer', 'zeebe-node', '@camunda8/sdk', '@adonisjs/queue', 'quirrel', '@quirrel/*'],
    only: ['add', 'addBulk', 'addJob', 'quickAddJob', 'send', 'sendBatch', 'sendAfter', 'sendOnce', 'sendSingleton', 'insert', 'publish', 'publishJSON', 'sendToQueue', 'now', 'schedule', 'every', 'trigger', 'batchTrigger', 'triggerAndWait', 'enqueue', 'start', 'execute', 'signal', 'signalWithStart', 'upsertJobScheduler', 'addNode', 'save', 'request', 'publishMessage', 'triggerAndForget', 'createProcessInstance'],
    publishes: true,
  },
];

/** Packages that a wider entry would take in, and that are databases or do no I/O. */
export const notExternal: readonly string[] = [
  '@google-cloud/firestore', '@google-cloud/spanner', '@google-cloud/datastore', '@google-cloud/opentelemetry-*', '@google-cloud/cloud-sql-connector', '@google-cloud/functions-framework', '@google-cloud/trace-agent', '@google-cloud/profiler',
  '@aws-sdk/client-rds-data', '@aws-sdk/s3-request-presigner', '@azure/identity', '@azure/core-*', '@azure/functions', '@azure/logger', '@azure/abort-controller',
  '@cloudflare/workers-types', '@cloudflare/vitest-pool-workers', '@octokit/types', '@octokit/webhooks*', '@octokit/auth-*', '@slack/types', '@slack/logger', '@langchain/textsplitters', '@clerk/types', '@clerk/themes', '@sendgrid/helpers',
];
