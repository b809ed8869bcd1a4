using MeSign.Statements;
using MeSign.Statements.Functions;
using MeSign.Statements.Operations;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services.AddStatements().AddOperations();
builder.Services.AddSingleton<AbandonedMessages>();
builder.Services.AddSingleton(services => services.CreateOperations());
builder.Services.AddHostedService<StorageReadiness>();

using var host = builder.Build();
// Before anything is made of the settings: all that is wrong is named at once.
host.Services.GetRequiredService<IStartupValidator>().Validate();
await host.Services.GetRequiredService<SignerRevocation>().CheckAsync(CancellationToken.None);
await host.RunAsync();
