using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Storage;

internal static class StorageRegistration
{
    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>();
        services.AddOptionsWithValidateOnStart<StorageOptions>().Configure<IConfiguration>((options, configuration) =>
        {
            var setting = configuration.GetSection(StorageOptions.Setting);
            setting.Bind(options);
            options.ConnectionString = setting.Value;
        });

        services.TryAddSingleton(provider => Credential(provider.GetRequiredService<IOptions<StorageOptions>>().Value));
        services.AddSingleton(provider => Connect(
            provider, connection => new BlobServiceClient(connection), o => o.BlobServiceUri, (uri, credential) => new BlobServiceClient(uri, credential)));
        services.AddSingleton(provider => Connect(
            provider, connection => new QueueServiceClient(connection), o => o.QueueServiceUri, (uri, credential) => new QueueServiceClient(uri, credential)));
        services.AddSingleton(provider => Connect(
            provider, connection => new TableServiceClient(connection), o => o.TableServiceUri, (uri, credential) => new TableServiceClient(uri, credential)));
        services.AddSingleton<StorageSetup>();
        services.AddSingleton<ScanPositions>();
        services.AddSingleton<BlobScan>();
        return services;
    }

    private static T Connect<T>(
        IServiceProvider provider, Func<string, T> byConnectionString, Func<StorageOptions, Uri?> address, Func<Uri, TokenCredential, T> byIdentity)
    {
        var options = provider.GetRequiredService<IOptions<StorageOptions>>().Value;
        return string.IsNullOrEmpty(options.ConnectionString)
            ? byIdentity(address(options)!, provider.GetRequiredService<TokenCredential>())
            : byConnectionString(options.ConnectionString);
    }

    private static TokenCredential Credential(StorageOptions options) => options.ClientId is { Length: > 0 } clientId
        ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId))
        : new DefaultAzureCredential();
}
