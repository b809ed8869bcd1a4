using MeSign.Statements;
using MeSign.Statements.Functions;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.Services.AddStatements();
builder.Services.AddSingleton<AbandonedMessages>();
builder.Services.AddHostedService<StorageReadiness>();
await builder.Build().RunAsync();
