// MeSign Statements on Azure: a Flex Consumption function app that reaches everything by its own identity.
//   az deployment group create -g <group> -f infra/main.bicep -p name=mesign settings=@settings.json

@description('Prefix of every resource; 3 to 12 lower-case letters and digits.')
@minLength(3)
@maxLength(12)
param name string

param location string = resourceGroup().location

@description('The app\'s settings under MeSign__ (see local.settings.sample.json), without the recipient key.')
param settings object = {}

@description('Name of the secret in the vault that holds MeSign__Ledger__RecipientKey (openssl rand -base64 32). Never change its value: statements are found by it.')
param recipientKeyName string = 'recipient-key'

@description('Subnet for outgoing traffic to the relay and the timestamp servers, delegated to Microsoft.App/environments; none where empty.')
param subnetId string = ''

@description('Most instances of one function at once. The relay is the usual limit.')
@minValue(1)
@maxValue(1000)
param mostInstances int = 40

var unique = toLower('${name}${uniqueString(resourceGroup().id)}')
var packages = 'app-package'

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-statements'
  location: location
}

module statements 'storage.bicep' = {
  params: {
    name: take('${unique}data', 24)
    location: location
    keepDeletedDays: 14
  }
}

// The Functions host's own account (package, locks, timer): apart, so that its broader role ends there.
resource host 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: take('${unique}host', 24)
  location: location
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }

  resource blobs 'blobServices' = {
    name: 'default'

    resource package 'containers' = { name: packages }
  }
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: take('${name}-${uniqueString(resourceGroup().id)}', 24)
  location: location
  properties: {
    tenantId: subscription().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enablePurgeProtection: true
    softDeleteRetentionInDays: 90
  }
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: '${name}-statements'
  location: location
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: 90
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: '${name}-statements'
  location: location
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

module access 'access.bicep' = {
  params: {
    principalId: identity.properties.principalId
    statementsAccount: last(split(statements.outputs.id, '/'))
    hostAccount: host.name
    vault: vault.name
    insights: insights.name
  }
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: '${name}-statements'
  location: location
  kind: 'functionapp'
  sku: { tier: 'FlexConsumption', name: 'FC1' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: '${name}-statements-${uniqueString(resourceGroup().id)}'
  location: location
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identity.id
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${host.properties.primaryEndpoints.blob}${packages}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }
        }
      }
      scaleAndConcurrency: {
        maximumInstanceCount: mostInstances
        instanceMemoryMB: 2048
        // Without one instance kept warm the first statement after a pause waits for a cold start.
        alwaysReady: [{ name: 'function:SealStatement', instanceCount: 1 }]
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
    }
    siteConfig: { minTlsVersion: '1.2', http20Enabled: true, ftpsState: 'Disabled' }
  }
  dependsOn: [access, host::blobs::package]

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(settings, {
      AzureWebJobsStorage__accountName: host.name
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identity.properties.clientId
      StatementStorage__blobServiceUri: statements.outputs.endpoints.blob
      StatementStorage__queueServiceUri: statements.outputs.endpoints.queue
      StatementStorage__tableServiceUri: statements.outputs.endpoints.table
      StatementStorage__credential: 'managedidentity'
      StatementStorage__clientId: identity.properties.clientId
      APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
      MeSign__Ledger__RecipientKey: '@Microsoft.KeyVault(VaultName=${vault.name};SecretName=${recipientKeyName})'
    })
  }
}

output app string = app.name
output vault string = vault.name
output statementsStorage string = last(split(statements.outputs.id, '/'))
output identityClientId string = identity.properties.clientId
